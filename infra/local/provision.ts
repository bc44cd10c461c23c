import { TableServiceClient } from '@azure/data-tables'
import { BlobServiceClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import type { Topology } from '../topology.ts'

/** Joins the entries of a CORS list: the service's XML has them in one comma-separated text. */
const list = (entries: string[]) => entries.join(',')

/**
 * Makes the declared containers, CORS rules, queues and tables exist in the account, beside
 * whatever it holds already. Safe to repeat, and at the same time from several processes.
 * Poison queues are not made: the host makes them when it needs them, as in Azure.
 */
export async function provision(topology: Topology, connectionString: string): Promise<void> {
  const blobs = BlobServiceClient.fromConnectionString(connectionString)
  const queues = QueueServiceClient.fromConnectionString(connectionString)
  await Promise.all([
    setCors(blobs, topology.cors),
    ...topology.containers.map(({ name }) => blobs.getContainerClient(name).createIfNotExists()),
    ...topology.queues.map((name) => queues.getQueueClient(name).createIfNotExists()),
    ...topology.tables.map((name) => createTable(connectionString, name)),
  ])
}

async function setCors(blobs: BlobServiceClient, rules: Topology['cors']): Promise<void> {
  await blobs.setProperties({
    cors: rules.map(({ allowedOrigins, allowedMethods, allowedHeaders, ...rule }) => ({
      allowedOrigins: list(allowedOrigins),
      allowedMethods: list(allowedMethods),
      allowedHeaders: list(allowedHeaders),
      exposedHeaders: list(rule.exposedHeaders),
      maxAgeInSeconds: rule.maxAgeInSeconds,
    })),
  })
}

/** `createTable` of the SDK takes "exists already" for success, as `createIfNotExists` does elsewhere. */
async function createTable(connectionString: string, name: string): Promise<void> {
  const tables = TableServiceClient.fromConnectionString(connectionString, {
    allowInsecureConnection: true,
  })
  await tables.createTable(name)
}
