import { TableServiceClient } from '@azure/data-tables'
import { BlobServiceClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../infra/local/azurite.ts'
import { provision } from '../../infra/local/provision.ts'
import { readTopology } from '../../infra/topology.ts'

const topology = readTopology()
let azurite: Azurite
beforeAll(async () => {
  azurite = await startAzurite()
}, 60_000)
afterAll(() => azurite.dispose())

it('makes exactly what is declared, however often it is applied', async () => {
  await Promise.all([1, 2].map(() => provision(topology, azurite.connectionString)))
  await provision(topology, azurite.connectionString)

  const { connectionString } = azurite
  const blobs = BlobServiceClient.fromConnectionString(connectionString)
  const queues = QueueServiceClient.fromConnectionString(connectionString)
  const tables = TableServiceClient.fromConnectionString(connectionString, {
    allowInsecureConnection: true,
  })
  const names = topology.containers.map(({ name }) => name)
  await expect(namesOf(blobs.listContainers())).resolves.toEqual(names.toSorted())
  await expect(namesOf(queues.listQueues())).resolves.toEqual(topology.queues.toSorted())
  await expect(namesOf(tables.listTables())).resolves.toEqual(topology.tables.toSorted())
})

it('lets a browser of any origin read ranges, and nothing else', async () => {
  await provision(topology, azurite.connectionString)
  const preflight = (method: string) =>
    fetch(`${azurite.blobUrl}/renditions/any.mp4`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://viewer.example',
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'range',
      },
    })
  const read = await preflight('GET')
  expect(read.status).toBe(200)
  expect(['*', 'https://viewer.example']).toContain(read.headers.get('access-control-allow-origin'))
  const write = await preflight('PUT')
  expect(write.status).toBe(403)
})

async function namesOf(items: AsyncIterable<{ name?: string }>): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of items) names.push(name ?? '')
  return names.toSorted()
}
