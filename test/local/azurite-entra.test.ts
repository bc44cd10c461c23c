import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  BlobSASPermissions,
  BlobServiceClient,
  BlockBlobClient,
  generateBlobSASQueryParameters,
} from '@azure/storage-blob'
import { UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Azurite, startAzurite } from '../../infra/local/azurite.ts'
import { listenOnLoopback } from '../../infra/local/loopback.ts'
import { provision } from '../../infra/local/provision.ts'
import { readTopology } from '../../infra/topology.ts'
import { newFootageId } from '../../shared/footage/ids.ts'
import { openStage } from '../contract/viewing/stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'azurite-entra-'))
const certFile = join(folder, 'cert.pem')
const keyFile = join(folder, 'key.pem')
const TENANT = '00000000-0000-0000-0000-000000000000'
let azurite: Azurite

beforeAll(async () => {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const files = ['-keyout', keyFile, '-out', certFile]
  execFileSync('openssl', ['req', '-x509', ...key, ...files, ...subject], { stdio: 'ignore' })
  // In this test's process alone.
  setDefaultCACertificates([...getCACertificates(), readFileSync(certFile, 'utf8')])
  azurite = await startAzurite({ certificate: { certFile, keyFile } })
}, 60_000)
afterAll(async () => {
  await azurite?.dispose()
  rmSync(folder, { recursive: true })
})

/** As Entra makes them for the identity of a function app. */
const appToken = () =>
  new UnsecuredJWT({ oid: 'a-function-app', tid: TENANT })
    .setIssuer(`https://sts.windows.net/${TENANT}/`)
    .setAudience('https://storage.azure.com')
    .setNotBefore('-1 minute')
    .setIssuedAt()
    .setExpirationTime('60 minutes')
    .encode()

it('honours a user delegation SAS and refuses a forged one', { timeout: 30_000 }, async () => {
  const token = appToken()
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 300_000 }) }
  const service = new BlobServiceClient(azurite.blobUrl, credential)
  const container = service.getContainerClient('originals')
  await container.createIfNotExists()
  const blob = container.getBlockBlobClient('f1')
  await blob.upload('evidence', 8)

  const expiresOn = new Date(Date.now() + 120_000)
  const delegation = await service.getUserDelegationKey(new Date(Date.now() - 60_000), expiresOn)
  const sas = (key: typeof delegation) =>
    generateBlobSASQueryParameters(
      {
        containerName: 'originals',
        blobName: 'f1',
        permissions: BlobSASPermissions.parse('r'),
        expiresOn,
      },
      key,
      azurite.accountName,
    ).toString()
  const read = (query: string) => new BlockBlobClient(`${blob.url}?${query}`).downloadToBuffer()
  await expect(read(sas(delegation)).then(String)).resolves.toBe('evidence')
  const forged = { ...delegation, value: Buffer.alloc(32, 1).toString('base64') }
  await expect(read(sas(forged))).rejects.toMatchObject({ statusCode: 403 })
})

/**
 * Where a function app in Azure gets tokens for its identity.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
async function startIdentityEndpoint() {
  const server = createServer((request, response) => {
    if (request.headers['x-identity-header'] !== IDENTITY_SECRET) {
      return response.writeHead(401).end()
    }
    const expires_on = String(Math.floor(Date.now() / 1000) + 3_600)
    const body = { access_token: appToken(), expires_on, token_type: 'Bearer', resource: '' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const { origin, close } = await listenOnLoopback(server, 0, 'The identity endpoint')
  return { url: `${origin}/msi/token`, [Symbol.asyncDispose]: close }
}
const IDENTITY_SECRET = 'of-this-test'
const byIdentity = () => ({
  FootageStorage__blobServiceUri: azurite.blobUrl,
  FootageStorage__queueServiceUri: azurite.queueUrl,
  FootageStorage__tableServiceUri: azurite.tableUrl,
})

it('lets the app play by its identity alone', { timeout: 60_000 }, async () => {
  await using endpoint = await startIdentityEndpoint()
  vi.stubEnv('IDENTITY_ENDPOINT', endpoint.url)
  vi.stubEnv('IDENTITY_HEADER', IDENTITY_SECRET)
  await provision(readTopology(), azurite.connectionString)
  const stage = await openStage(byIdentity())
  stage.clock.now = Date.now()
  const id = await stage.recording(2)
  const player = await stage.open(await stage.person('Investigator'), id)
  await expect(player.ask('master.m3u8')).resolves.toMatchObject({ kind: 'text' })
  const answer = await player.ask('copy-0000.mp4')
  const address = new URL(answer.kind === 'redirect' ? answer.url : '')

  // Signed with a key that was delegated to the app's identity, over HTTPS, to read this one blob.
  const { searchParams } = address
  expect(Object.fromEntries(searchParams)).toMatchObject({
    skoid: 'a-function-app',
    sktid: TENANT,
    spr: 'https',
    sp: 'r',
    sr: 'b',
  })
  const range = { range: 'bytes=10-19' }
  const bytes = await fetch(address, { headers: range })
  expect([bytes.status, await bytes.text()]).toEqual([206, 'a'.repeat(10)])
  expect((await fetch(address, { method: 'HEAD' })).status).toBe(200)

  const tried = async (change: (url: URL) => void, init: RequestInit = {}) => {
    const url = new URL(address)
    change(url)
    return (await fetch(url, init)).status
  }
  const asItIs = () => {}
  const blob = { 'x-ms-blob-type': 'BlockBlob' }
  expect({
    forged: await tried((url) => url.searchParams.set('sig', Buffer.alloc(32).toString('base64'))),
    longer: await tried((url) => url.searchParams.set('se', '2030-01-01T00:00:00Z')),
    wider: await tried((url) => url.searchParams.set('sp', 'rwd')),
    written: await tried(asItIs, { method: 'PUT', body: 'x', headers: blob }),
    deleted: await tried(asItIs, { method: 'DELETE' }),
    sibling: await tried((url) => {
      url.pathname = url.pathname.replace('copy-0000.mp4', 'plan.json')
    }),
    listed: await tried((url) => {
      url.pathname = url.pathname.replace(/\/renditions\/.*/, '/renditions')
      url.searchParams.set('restype', 'container')
      url.searchParams.set('comp', 'list')
    }),
  }).toEqual({
    forged: 403,
    longer: 403,
    wider: 403,
    written: 403,
    deleted: 403,
    sibling: 403,
    listed: 403,
  })
})

it('lets docks upload by an address that the app’s identity signs', {
  timeout: 60_000,
}, async () => {
  await using endpoint = await startIdentityEndpoint()
  vi.stubEnv('IDENTITY_ENDPOINT', endpoint.url)
  vi.stubEnv('IDENTITY_HEADER', IDENTITY_SECRET)
  await provision(readTopology(), azurite.connectionString)
  const { services, clock } = await openStage(byIdentity())
  clock.now = Date.now()
  const { url } = await services.landing.signUpload(newFootageId(), 'recording')
  const { searchParams } = new URL(url)
  expect(Object.fromEntries(searchParams)).toMatchObject({
    skoid: 'a-function-app',
    spr: 'https',
    sp: 'cw',
    sr: 'b',
  })
  const sent = async (change: (url: URL) => void, init: RequestInit = {}) => {
    const changed = new URL(url)
    change(changed)
    const headers = { 'x-ms-blob-type': 'BlockBlob' }
    return (await fetch(changed, { method: 'PUT', body: 'x', headers, ...init })).status
  }
  const set = (name: string, value: string) => (at: URL) => at.searchParams.set(name, value)
  const asItIs = () => {}
  expect({
    overHttpToo: await sent(set('spr', 'https,http')),
    byAnyProtocol: await sent((at) => at.searchParams.delete('spr')),
    byAnother: await sent(set('skoid', 'another-app')),
    ofAnotherTenant: await sent(set('sktid', 'ffffffff-ffff-ffff-ffff-ffffffffffff')),
    longer: await sent(set('se', '2030-01-01T00:00:00Z')),
    withALongerKey: await sent(set('ske', '2030-01-01T00:00:00Z')),
    wider: await sent(set('sp', 'rcw')),
    read: await sent(asItIs, { method: 'GET', body: null }),
    deleted: await sent(asItIs, { method: 'DELETE', body: null }),
    sibling: await sent((at) => {
      at.pathname = at.pathname.replace(/recording$/, 'gps-track')
    }),
  }).toEqual({
    overHttpToo: 403,
    byAnyProtocol: 403,
    byAnother: 403,
    ofAnotherTenant: 403,
    longer: 403,
    withALongerKey: 403,
    wider: 403,
    read: 403,
    deleted: 403,
    sibling: 403,
  })
  expect(await sent(asItIs)).toBe(201)
})
