import { BlobServiceClient } from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../../infra/local/azurite.ts'
import { eventually, startApp } from './fixture-app.ts'

const timer = (name: string, options: string) => `
app.timer('${name}', {
  ${options},
  handler: async (timer, context) => { context.log(JSON.stringify(timer)) },
})
`
const HOURLY = `schedule: '0 0 * * * *'`

describe('a timer function', () => {
  let azurite: Azurite
  beforeAll(async () => {
    azurite = await startAzurite()
  })
  afterAll(() => azurite.dispose())

  const start = (source: string, settings = {}) =>
    startApp({ source, settings: { AzureWebJobsStorage: azurite.connectionString, ...settings } })
  const statusBlob = (name: string) =>
    BlobServiceClient.fromConnectionString(azurite.connectionString)
      .getContainerClient('azure-webjobs-hosts')
      .getBlockBlobClient(`timers/local/Host.Functions.${name}/status`)
  const status = async (name: string) =>
    JSON.parse((await statusBlob(name).downloadToBuffer()).toString())

  it('below a minute runs by its schedule, without a status', async () => {
    await using app = await start(timer('often', `schedule: '%OFTEN%'`), { OFTEN: '* * * * * *' })
    await eventually(() => app.said('often')).not.toEqual([])
    expect(app.said('often')[0]).toEqual({
      schedule: { adjustForDST: true },
      scheduleStatus: null,
      isPastDue: false,
    })
  })

  it('keeps its status in a blob and, where a run was missed, makes up for it at once', async () => {
    {
      await using app = await start(timer('hourly', HOURLY))
      expect(app.said('hourly')).toEqual([])
    }
    const kept = await status('hourly')
    expect(new Date(kept.Next).getUTCMinutes()).toBe(0)
    expect(kept.Last).toMatch(/^0001-01-01/)

    const missed = { ...kept, Last: '2026-01-01T00:00:00.000Z' }
    const text = JSON.stringify(missed)
    await statusBlob('hourly').upload(text, text.length)
    await using app = await start(timer('hourly', HOURLY))
    await eventually(() => app.said('hourly')).toHaveLength(1)
    expect(app.said('hourly')[0]).toMatchObject({
      isPastDue: true,
      scheduleStatus: { last: missed.Last, next: '2026-01-01T01:00:00.000Z' },
    })
    await eventually(async () => (await status('hourly')).Last).not.toBe(missed.Last)
    expect(Date.parse((await status('hourly')).Next)).toBeGreaterThan(Date.now())
  })

  it('runs at the start where it says so, and when it is told to', async () => {
    await using app = await start(timer('eager', `${HOURLY}, runOnStartup: true`))
    await eventually(() => app.said('eager')).toHaveLength(1)
    await app.runTimer('eager')
    expect(app.said('eager')).toHaveLength(2)

    const admin = (key: string) =>
      fetch(`${app.url}/admin/functions/eager`, {
        method: 'POST',
        headers: { 'x-functions-key': key, 'content-type': 'application/json' },
        body: '{}',
      })
    expect((await admin('wrong')).status).toBe(401)
    expect((await admin(app.keys.function)).status).toBe(403)
    expect((await admin(app.keys.master)).status).toBe(202)
    await eventually(() => app.said('eager')).toHaveLength(3)
    await expect(app.runTimer('nobody')).rejects.toThrow(`no timer 'nobody'; there are: eager`)
  })

  it('that fails says so to who told it to run', async () => {
    await using app = await start(
      `app.timer('bad', { ${HOURLY}, handler: async () => { throw new Error('on purpose') } })`,
    )
    await expect(app.runTimer('bad')).rejects.toThrow('on purpose')
  })

  it.each([
    ['a bad schedule', `schedule: 'every day'`, `'every day' is neither`],
    ['a setting that is missing', `schedule: '%NONE%'`, `'%NONE%' does not resolve`],
  ])('with %s is disabled, alone', async (_, options, reason) => {
    await using app = await start(timer('bad', options) + timer('good', HOURLY))
    expect(app.functions.map(({ name }) => name)).toEqual(['good'])
    expect(app.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining(reason) }),
    )
  })
})
