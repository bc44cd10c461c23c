import { describe, expect, it } from 'vitest'
import { readConfig } from '../../shared/config.ts'
import { BluelampError } from '../../shared/errors.ts'

const SETTINGS = {
  FootageStorage: 'UseDevelopmentStorage=true',
  AUTH_ISSUER: 'https://login.example/tenant/v2.0',
  AUTH_AUDIENCE: 'api://bluelamp',
  AUTH_TENANT_ID: '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21',
  AUTH_JWKS_URI: 'https://login.example/keys',
  SIGNING_KEY: Buffer.alloc(32, 1).toString('base64'),
}
const IDENTITY = {
  FootageStorage: '',
  FootageStorage__blobServiceUri: 'https://footage.blob.core.windows.net',
  FootageStorage__queueServiceUri: 'https://footage.queue.core.windows.net',
  FootageStorage__tableServiceUri: 'https://footage.table.core.windows.net',
}
function refusal(settings: NodeJS.ProcessEnv): BluelampError {
  try {
    readConfig(settings)
  } catch (error) {
    if (error instanceof BluelampError) return error
    throw error
  }
  throw new Error('The settings were accepted.')
}

it('has defaults for what need not be set', () => {
  expect(readConfig(SETTINGS)).toMatchObject({
    storage: { kind: 'connection-string', connectionString: 'UseDevelopmentStorage=true' },
    domainTopic: null,
    reasonRequired: true,
    proxyPolicy: 'eager',
    disposalGraceMs: 604_800_000,
    retryScale: 1,
    sweepIdleMs: 900_000,
  })
})

it('takes blanks for unset, as templates leave them', () => {
  const blanks = { REGION_NAME: '', DOMAIN_TOPIC_ENDPOINT: '', PROXY_POLICY: '', FFMPEG_PATH: '' }
  expect(readConfig({ ...SETTINGS, ...blanks })).toEqual(readConfig(SETTINGS))
})

it('reaches storage by the identity of the app where there is no connection string', () => {
  expect(readConfig({ ...SETTINGS, ...IDENTITY }).storage).toEqual({
    kind: 'identity',
    blobUri: 'https://footage.blob.core.windows.net',
    queueUri: 'https://footage.queue.core.windows.net',
    tableUri: 'https://footage.table.core.windows.net',
  })
})

describe('refused, by the name of the setting,', () => {
  it.each(Object.keys(SETTINGS))('is a start without %s', (name) => {
    for (const blank of [undefined, '']) {
      const error = refusal({ ...SETTINGS, [name]: blank })
      expect(error.code).toBe('misconfigured')
      expect(error.message).toContain(name)
    }
  })

  it.each(Object.keys(IDENTITY).slice(1))('is an identity without %s', (name) => {
    expect(refusal({ ...SETTINGS, ...IDENTITY, [name]: '' }).message).toContain(name.slice(14))
  })

  it.each([
    ['AUTH_ISSUER', 'secret-issuer'],
    ['AUTH_TENANT_ID', 'secret-tenant'],
    ['SIGNING_KEY', 'secret not base64!'],
    ['SIGNING_KEY', Buffer.alloc(31, 9).toString('base64')],
    ['REASON_REQUIRED', 'secret-maybe'],
    ['PROXY_POLICY', 'secret-never'],
    ['SWEEP_IDLE_SECONDS', 'secret-soon'],
    ['SWEEP_IDLE_SECONDS', '-1'],
    ['RETRY_SCALE', '-1'],
    ['DOMAIN_TOPIC_ENDPOINT', 'secret-topic'],
  ])('is %s = %s, and the value is not repeated', (name, value) => {
    const { message } = refusal({ ...SETTINGS, [name]: value })
    expect(message).toContain(name)
    expect(message).not.toContain(value)
  })
})

describe('an account key', () => {
  const azurite = 'AccountName=devstoreaccount1;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/x;'
  it.each(['UseDevelopmentStorage=true', azurite, `DefaultEndpointsProtocol=http;${azurite}`])(
    'is taken of Azurite: %s',
    (FootageStorage) => {
      expect(readConfig({ ...SETTINGS, FootageStorage }).storage.kind).toBe('connection-string')
    },
  )

  it.each([
    'DefaultEndpointsProtocol=https;AccountName=footage;AccountKey=a2V5;EndpointSuffix=core.windows.net',
    'AccountName=footage;AccountKey=a2V5;BlobEndpoint=https://devstoreaccount1.example',
    'BlobEndpoint=https://footage.blob.core.windows.net;SharedAccessSignature=sig=a2V5',
    'secret',
  ])('is refused of any other, and not repeated: %s', (FootageStorage) => {
    const { code, message } = refusal({ ...SETTINGS, FootageStorage })
    expect(code).toBe('misconfigured')
    expect(message).toContain('FootageStorage__blobServiceUri')
    expect(message).not.toContain(FootageStorage)
    expect(message).not.toContain('a2V5')
  })
})

describe('the region', () => {
  it.each(['UK South', 'UK West', 'uksouth', 'ukwest'])('%s is in the UK', (REGION_NAME) => {
    expect(readConfig({ ...SETTINGS, REGION_NAME })).toEqual(readConfig(SETTINGS))
  })

  it.each(['West Europe', 'North Europe', 'East US', 'uk', 'uksouth2'])(
    '%s is refused',
    (REGION_NAME) => {
      expect(refusal({ ...SETTINGS, REGION_NAME }).message).toContain('uksouth or ukwest')
    },
  )
})
