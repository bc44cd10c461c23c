import { describe, expect, it } from 'vitest'
import { connectQueues } from '../../../infra/local/functions-host/queue-connection.ts'
import { resolveSettings, workerEnvironment } from '../../../infra/local/functions-host/settings.ts'
import { parseTimeSpan } from '../../../infra/local/functions-host/time-span.ts'

describe('settings', () => {
  it('replace each %NAME%', () => {
    expect(resolveSettings('%A%-x-%B%', { A: '1', B: '2' })).toBe('1-x-2')
    expect(() => resolveSettings('%NONE%', {})).toThrow(`'%NONE%' does not resolve`)
  })

  it('win over what the host sets, and of the machine only the needful is inherited', () => {
    const environment = workerEnvironment(
      { AZURE_FUNCTIONS_ENVIRONMENT: 'Production' },
      { appDirectory: '/app', port: 7071 },
      { PATH: '/bin', SECRET: 'x' },
    )
    expect(environment).toMatchObject({
      PATH: '/bin',
      AZURE_FUNCTIONS_ENVIRONMENT: 'Production',
      WEBSITE_HOSTNAME: 'localhost:7071',
      AzureWebJobsScriptRoot: '/app',
    })
    expect(environment).not.toHaveProperty('SECRET')
  })

  it('hold a connection as a string, the prefixed name first, or by identity', async () => {
    const string = (account: string) =>
      `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=eA==;EndpointSuffix=core.windows.net`
    const both = { Work: string('plain'), AzureWebJobsWork: string('prefixed') }
    expect((await connectQueues('Work', both)).accountName).toBe('prefixed')
    expect((await connectQueues('Work', { Work: string('plain') })).accountName).toBe('plain')
    const byIdentity = { Work__queueServiceUri: 'https://mine.queue.core.windows.net' }
    expect((await connectQueues('Work', byIdentity)).accountName).toBe('mine')
    await expect(connectQueues('Work', {})).rejects.toThrow(/'Work'.*'Work__queueServiceUri'/)
  })
})

describe('a span of time', () => {
  it.each([
    ['00:00:02', 2_000],
    ['01:30:00', 5_400_000],
    ['2.00:00:00.5', 172_800_500],
    ['24:00:00', undefined],
    ['00:60:00', undefined],
    ['5', undefined],
  ])('%s is %s ms', (text, ms) => expect(parseTimeSpan(text)).toBe(ms))
})
