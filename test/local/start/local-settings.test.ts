import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appSettings } from '../../../infra/local/app-settings.ts'
import type { EventGrid } from '../../../infra/local/event-grid/event-grid.ts'
import type { OpenIdIssuer } from '../../../infra/local/openid-issuer/openid-issuer.ts'
import { type DataFolder, openDataFolder } from '../../../infra/local/start/data-folder.ts'
import { ownSettings, writeLocalSettings } from '../../../infra/local/start/local-settings.ts'
import type { TimestampAuthority } from '../../../infra/local/timestamp-authority/timestamp-authority.ts'
import sample from '../../../local.settings.sample.json' with { type: 'json' }
import { readConfig } from '../../../shared/config.ts'

let data: DataFolder
let file: string
beforeEach(async () => {
  data = await openDataFolder(await mkdtemp(path.join(tmpdir(), 'bluelamp-settings-')), false)
  file = data.file('local.settings.json')
})
afterEach(() => rm(data.directory, { recursive: true, force: true }))

describe('local.settings.json for func start', () => {
  it('is what Core Tools read: values, port, CORS', async () => {
    await writeLocalSettings({ SIGNING_KEY: 'k' }, 7071, data, file)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      IsEncrypted: false,
      Values: { SIGNING_KEY: 'k' },
      Host: { LocalHttpPort: 7071, CORS: '*' },
    })
  })

  it('replaces what an earlier start wrote, but keeps what was written by hand', async () => {
    await writeLocalSettings({ A: '1' }, 7071, data, file)
    expect(await writeLocalSettings({ A: '2' }, 7071, data, file)).toBeNull()
    await writeFile(file, '{ "by": "hand" }')
    const keptAs = await writeLocalSettings({ A: '3' }, 7071, data, file)
    expect(await readFile(keptAs ?? '', 'utf8')).toBe('{ "by": "hand" }')
  })
})

describe('a developer’s own settings', () => {
  it('are those that concern no part of the system, and the environment outweighs the file', async () => {
    const Values = { SIGNING_KEY: 'k', FootageStorage: 's', PROXY_POLICY: 'eager', FFMPEG_PATH: '' }
    await writeFile(file, JSON.stringify({ Values }))
    expect(await ownSettings({}, file)).toEqual({ PROXY_POLICY: 'eager' })
    expect(await ownSettings({ PROXY_POLICY: 'on-view', HOME: '/' }, file)).toEqual({
      PROXY_POLICY: 'on-view',
    })
  })

  it('must be JSON of the known shape', async () => {
    await writeFile(file, '{ "Values": { "A": 1 } }')
    await expect(ownSettings({}, file)).rejects.toThrow('"Values" of strings')
  })
})

describe('local.settings.sample.json', () => {
  it('is accepted by the app', () => {
    expect(readConfig(sample.Values)).toMatchObject({ proxyPolicy: 'eager', reasonRequired: true })
  })

  it('has every setting that the local system gives', () => {
    const given = appSettings(
      '',
      { issuer: 'i', jwksUri: 'j' } as OpenIdIssuer,
      { topicEndpoint: 't', topicKey: 'k' } as EventGrid,
      { url: 'u', certificatePem: 'c' } as TimestampAuthority,
    )
    expect(Object.keys(sample.Values)).toEqual(expect.arrayContaining(Object.keys(given)))
  })
})
