import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../infra/local/azurite.ts'
import { blobDeadLetters } from '../../infra/local/event-grid/dead-letter.ts'
import { type EventGrid, startEventGrid } from '../../infra/local/event-grid/event-grid.ts'
import { functionWebhooks } from '../../infra/local/event-grid/webhook-url.ts'
import { provision } from '../../infra/local/provision.ts'
import { connectionStringOf } from '../../infra/local/storage-account.ts'
import {
  type StorageGateway,
  startStorageGateway,
} from '../../infra/local/storage-gateway/gateway.ts'
import { readTopology } from '../../infra/topology.ts'

let azurite: Azurite
let gateway: StorageGateway
let grid: EventGrid
let host: Server
let service: BlobServiceClient
let status: number
let calls: string[]

beforeAll(async () => {
  const topology = readTopology()
  host = createServer((incoming, outgoing) => {
    calls.push(new URL(incoming.url ?? '', 'http://host').searchParams.get('functionName') ?? '')
    incoming.resume().once('end', () => outgoing.writeHead(status).end())
  }).listen(0, '127.0.0.1')
  await once(host, 'listening')
  azurite = await startAzurite()
  gateway = await startStorageGateway({
    blobUrl: azurite.blobUrl,
    credential: new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey),
    publish: (event) => grid.publish(event),
  })
  const connectionString = connectionStringOf({ ...azurite, blobUrl: gateway.blobUrl })
  await provision(topology, connectionString)
  grid = await startEventGrid({
    topology,
    deliverTo: functionWebhooks(`http://127.0.0.1:${(host.address() as AddressInfo).port}`),
    deadLetters: blobDeadLetters(connectionString),
    retryScale: 0.00001,
  })
  service = BlobServiceClient.fromConnectionString(connectionString)
}, 60_000)
beforeEach(() => {
  calls = []
  status = 202
})
afterAll(async () => {
  await grid.dispose()
  await gateway.dispose()
  await azurite.dispose()
  host.close().closeAllConnections()
})

it('calls the function of the container that a blob was committed to', async () => {
  const put = (container: string, blob: string) =>
    service.getContainerClient(container).getBlockBlobClient(blob).upload('x', 1)
  await put('landing', 'f1')
  await put('originals', 'f1/recording')
  await put('originals', 'f1/sidecar.json')
  await put('renditions', 'f1/copy/0001.manifest.json')
  await put('renditions', 'f1/copy/0001.mp4')
  await put('quarantine', 'f1')
  await grid.idle()
  expect(calls.toSorted()).toEqual(['footageLanded', 'footageSecured', 'renditionStored'])
})

it('leaves a dead letter where people can find it', async () => {
  status = 400
  await service.getContainerClient('landing').getBlockBlobClient('unwanted').upload('x', 1)
  await grid.idle()
  const deadLetters = service.getContainerClient('event-deadletters')
  const names: string[] = []
  for await (const { name } of deadLetters.listBlobsFlat()) names.push(name)
  expect(names).toHaveLength(1)
  const [letter] = JSON.parse(
    String(await deadLetters.getBlobClient(names[0] ?? '').downloadToBuffer()),
  )
  expect(letter).toMatchObject({
    subject: '/blobServices/default/containers/landing/blobs/unwanted',
    deadLetterReason: 'UndeliverableDueToHttpBadRequest',
  })
})
