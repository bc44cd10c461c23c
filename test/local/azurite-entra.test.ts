import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../infra/local/azurite.ts'

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

it('honours a user delegation SAS and refuses a forged one', { timeout: 30_000 }, async () => {
  const token = new UnsecuredJWT({ oid: 'a-function-app', tid: TENANT })
    .setIssuer(`https://sts.windows.net/${TENANT}/`)
    .setAudience('https://storage.azure.com')
    .setNotBefore('-1 minute')
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .encode()
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 300_000 }) }
  const service = new BlobServiceClient(azurite.blobUrl, credential)
  const container = service.getContainerClient('originals')
  await container.create()
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
