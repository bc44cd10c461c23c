import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import {
  BlobSASPermissions,
  BlobServiceClient,
  BlockBlobClient,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../../infra/local/azurite.ts'
import type { EventGridEvent } from '../../../infra/local/event-grid/events.ts'
import { connectionStringOf } from '../../../infra/local/storage-account.ts'
import {
  type StorageGateway,
  startStorageGateway,
} from '../../../infra/local/storage-gateway/gateway.ts'

const MIB = 1024 * 1024

describe('the storage gateway', { timeout: 60_000 }, () => {
  let azurite: Azurite
  let gateway: StorageGateway
  let service: BlobServiceClient
  let published: Promise<EventGridEvent>[]
  /** All events so far, data included. */
  const events = () => Promise.all(published)
  const blobOf = (name: string) => service.getContainerClient('landing').getBlockBlobClient(name)

  beforeAll(async () => {
    azurite = await startAzurite()
    gateway = await startStorageGateway({
      blobUrl: azurite.blobUrl,
      credential: new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey),
      publish: (event) => published.push(event),
    })
    published = []
    service = BlobServiceClient.fromConnectionString(
      connectionStringOf({ ...azurite, blobUrl: gateway.blobUrl }),
    )
    await service.createContainer('landing')
  }, 60_000)
  beforeEach(() => {
    published = []
  })
  afterAll(async () => {
    await gateway.dispose()
    await azurite.dispose()
  })

  it('tells of a whole blob in the shape of Azure', async () => {
    const { etag, requestId, clientRequestId } = await blobOf('a b/ü.txt').upload('hello', 5, {
      blobHTTPHeaders: { blobContentType: 'text/plain' },
    })
    await expect(events()).resolves.toEqual([
      {
        topic: expect.stringMatching(/^\/subscriptions\/.+\/storageAccounts\/devstoreaccount1$/),
        subject: '/blobServices/default/containers/landing/blobs/a b/ü.txt',
        eventType: 'Microsoft.Storage.BlobCreated',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        data: {
          api: 'PutBlob',
          clientRequestId,
          requestId,
          eTag: etag?.replaceAll('"', ''),
          contentType: 'text/plain',
          contentLength: 5,
          blobType: 'BlockBlob',
          url: `${gateway.blobUrl}/landing/a b/ü.txt`,
          sequencer: expect.stringMatching(/^[0-9a-f]{48}$/),
          storageDiagnostics: { batchId: expect.any(String) },
        },
        dataVersion: '',
        metadataVersion: '1',
      },
    ])
  })

  it('carries 64 MiB in parallel blocks byte for byte and tells of them once', async () => {
    const bytes = randomBytes(64 * MIB)
    const blob = new BlockBlobClient(
      await blobOf('long.mp4').generateSasUrl({
        permissions: BlobSASPermissions.parse('rw'),
        expiresOn: new Date(Date.now() + 600_000),
      }),
    )
    const { etag } = await blob.uploadData(bytes, {
      blockSize: 4 * MIB,
      concurrency: 4,
      maxSingleShotSize: MIB,
      blobHTTPHeaders: { blobContentType: 'video/mp4' },
    })
    const [event, ...others] = await events()
    expect(others).toEqual([])
    expect(event?.data).toMatchObject({
      api: 'PutBlockList',
      contentLength: 64 * MIB,
      contentType: 'video/mp4',
      eTag: etag?.replaceAll('"', ''),
    })
    const back = await blob.downloadToBuffer(0, undefined, { blockSize: 8 * MIB })
    expect(sha256(back)).toBe(sha256(bytes))
  })

  it('tells of overwriting and deleting in an order that sequencers keep', async () => {
    const blob = blobOf('changing')
    await blob.upload('one', 3)
    await blob.upload('three', 5)
    await blob.delete()
    const all = await events()
    expect(all.map(({ data }) => (data as { api: string }).api)).toEqual([
      'PutBlob',
      'PutBlob',
      'DeleteBlob',
    ])
    const order = all.map(({ data }) => (data as { sequencer: string }).sequencer)
    expect(order).toEqual(order.toSorted())
    expect(new Set(all.map(({ id }) => id)).size).toBe(3)
    expect(all[2]).toMatchObject({
      eventType: 'Microsoft.Storage.BlobDeleted',
      data: { contentType: 'application/octet-stream', blobType: 'BlockBlob' },
    })
    expect(all[2]?.data).not.toHaveProperty('eTag')
  })

  it('tells of copies with the size of what was copied', async () => {
    const source = blobOf('source')
    await source.upload('twelve bytes', 12)
    const sas = await source.generateSasUrl({
      permissions: BlobSASPermissions.parse('r'),
      expiresOn: new Date(Date.now() + 600_000),
    })
    await (await blobOf('copy').beginCopyFromURL(sas)).pollUntilDone()
    await blobOf('synchronous-copy').syncCopyFromURL(sas)
    const [, ...copies] = await events()
    for (const copy of copies) {
      expect(copy.data).toMatchObject({ api: 'CopyBlob', contentLength: 12, blobType: 'BlockBlob' })
    }
    expect(copies.map(({ subject }) => subject.split('/').at(-1))).toEqual([
      'copy',
      'synchronous-copy',
    ])
  })

  it('tells of a new append blob, not of what is appended', async () => {
    const log = service.getContainerClient('landing').getAppendBlobClient('log')
    await log.create()
    await log.appendBlock('line', 4)
    const [event, ...others] = await events()
    expect(others).toEqual([])
    expect(event?.data).toMatchObject({ blobType: 'AppendBlob', contentLength: 0 })
  })

  it('says nothing of blocks, metadata, containers and what was refused', async () => {
    const blob = blobOf('quiet')
    await blob.stageBlock(Buffer.from('0001').toString('base64'), 'part', 4)
    // Azurite lets this pass although there is no blob yet.
    await blob.delete()
    await service.createContainer('another')
    await service.deleteContainer('another')
    await expect(
      blobOf('copy-of-nothing').beginCopyFromURL(blobOf('nothing').url),
    ).rejects.toThrow()
    await expect(blobOf('nothing').delete()).rejects.toThrow()
    const unsigned = await fetch(blob.url, {
      method: 'PUT',
      headers: { 'x-ms-blob-type': 'BlockBlob' },
      body: 'x',
    })
    expect(unsigned.status).toBe(403)
    await blob.upload('once', 4)
    published = []
    await blob.setMetadata({ a: 'b' })
    const onlyNew = { conditions: { ifNoneMatch: '*' } }
    await expect(blob.upload('again', 5, onlyNew)).rejects.toThrow('already exists')
    expect(published).toEqual([])
  })

  it('leaves no blob and no event when the sender breaks off', async () => {
    const blob = blobOf('broken-off')
    const sas = new URL(
      await blob.generateSasUrl({
        permissions: BlobSASPermissions.parse('w'),
        expiresOn: new Date(Date.now() + 600_000),
      }),
    )
    const upload = request(sas, {
      method: 'PUT',
      headers: { 'x-ms-blob-type': 'BlockBlob', 'content-length': 8 * MIB },
    })
    upload.on('error', () => {})
    upload.write(randomBytes(MIB), () => upload.destroy())
    await new Promise((closed) => upload.once('close', closed))
    // The next whole upload passes behind the broken one, so its event would be here by then.
    await blobOf('after').upload('x', 1)
    await expect(blob.exists()).resolves.toBe(false)
    expect(published).toHaveLength(1)
  })

  it('answers 503 while storage is away', async () => {
    const orphan = await startStorageGateway({
      blobUrl: 'http://127.0.0.1:1/devstoreaccount1',
      credential: new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey),
      publish: () => {},
    })
    for (const method of ['GET', 'DELETE']) {
      const answer = await fetch(`${orphan.blobUrl}/landing/x`, { method })
      expect(answer.status).toBe(503)
    }
    await orphan.dispose()
  })

  it('names the port that it cannot have', async () => {
    const port = Number(new URL(gateway.blobUrl).port)
    const second = startStorageGateway({
      blobUrl: azurite.blobUrl,
      credential: new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey),
      publish: () => {},
      port,
    })
    await expect(second).rejects.toThrow(`cannot listen on port ${port}: EADDRINUSE`)
  })
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
