import { TableClient } from '@azure/data-tables'
import { DefaultAzureCredential } from '@azure/identity'
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob'
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue'
import type { StorageConnection } from '../config.ts'

/** The containers of the footage account. Declared in infra/topology.json; a test compares them. */
export const CONTAINERS = [
  'landing',
  'originals',
  'quarantine',
  'renditions',
  'audit-anchors',
  'packages',
] as const
export type ContainerName = (typeof CONTAINERS)[number]

/** The tables of the footage account. */
export const TABLES = [
  'footage',
  'footageIndex',
  'uploads',
  'people',
  'audit',
  'attempts',
  'activity',
  'consultations',
  'viewings',
  'allowances',
] as const
export type TableName = (typeof TABLES)[number]

/** Clients of one storage account, made without any call to it. */
export type StorageClients = {
  /** How the clients prove who they are: it decides how a SAS is signed. */
  kind: StorageConnection['kind']
  blobs: BlobServiceClient
  container: (name: ContainerName) => ContainerClient
  queue: (name: string) => QueueClient
  table: (name: TableName) => TableClient
}

/** Connects to the storage account that the settings name. */
export function connectStorage(connection: StorageConnection): StorageClients {
  if (connection.kind === 'connection-string') {
    const { connectionString } = connection
    const blobs = BlobServiceClient.fromConnectionString(connectionString)
    const queues = QueueServiceClient.fromConnectionString(connectionString)
    return {
      kind: connection.kind,
      blobs,
      container: (name) => blobs.getContainerClient(name),
      queue: (name) => queues.getQueueClient(name),
      table: (name) =>
        TableClient.fromConnectionString(connectionString, name, {
          allowInsecureConnection: connectionString.includes('TableEndpoint=http:'),
        }),
    }
  }
  const credential = new DefaultAzureCredential()
  const blobs = new BlobServiceClient(connection.blobUri, credential)
  const queues = new QueueServiceClient(connection.queueUri, credential)
  return {
    kind: connection.kind,
    blobs,
    container: (name) => blobs.getContainerClient(name),
    queue: (name) => queues.getQueueClient(name),
    table: (name) => new TableClient(connection.tableUri, name, credential),
  }
}
