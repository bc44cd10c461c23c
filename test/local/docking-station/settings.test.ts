import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stationSettings } from '../../../infra/local/docking-station/settings.ts'

const dock = { clientId: 'dock-1', clientSecret: 's', scope: 'api://app/.default', site: 'camden' }
const endpoints = { api: 'http://127.0.0.1:7071/api', tokenEndpoint: 'http://127.0.0.1:9/token' }

describe('stationSettings', () => {
  it('completes what was given from the endpoints file', async () => {
    const file = await fileWith(JSON.stringify({ ...endpoints, dock }))
    expect(await stationSettings({ site: 'hackney' }, file)).toEqual({
      ...endpoints,
      ...dock,
      site: 'hackney',
    })
  })

  it('needs no file when everything was given', async () => {
    const given = { ...endpoints, ...dock }
    expect(await stationSettings(given, '/nowhere.json')).toEqual(given)
  })

  it('says how to get the file', async () => {
    await expect(stationSettings({}, '/nowhere.json')).rejects.toThrow(
      'there is no /nowhere.json: start the system with npm start',
    )
  })

  it.each([
    ['an incomplete file', JSON.stringify({ ...endpoints, dock: {} }), 'dock.clientId: '],
    ['half a file', '{"api":', 'file: '],
  ])('says what is wrong with %s', async (_, content, fault) => {
    await expect(stationSettings({}, await fileWith(content))).rejects.toThrow(fault)
  })
})

async function fileWith(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'endpoints-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'endpoints.json')
  await writeFile(file, content)
  return file
}
