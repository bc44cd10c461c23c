import { mkdir } from 'node:fs/promises'
import { type AzuriteOptions, listening, spawnAzurite, stop } from './azurite-process.ts'
import {
  ACCOUNT_KEY,
  ACCOUNT_NAME,
  connectionStringOf,
  type StorageEndpoints,
} from './storage-account.ts'

export type Azurite = StorageEndpoints & {
  accountName: string
  accountKey: string
  connectionString: string
  /** Stops the process, by force after 5 s; resolves when it is gone. May be called twice. */
  dispose(): Promise<void>
}

/**
 * Starts Azurite's blob, queue and table services in one process of its own on the loopback
 * interface and resolves when all three listen. URLs carry the account, without a trailing slash.
 * The process also ends when this one does, however it ends.
 * @throws Error naming service and port when a port is taken, or with Azurite's last words.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  if (options.directory) await mkdir(options.directory, { recursive: true })
  const child = spawnAzurite(options)
  try {
    const origins = await listening(child, options)
    const endpoints = {
      blobUrl: `${origins.blob}/${ACCOUNT_NAME}`,
      queueUrl: `${origins.queue}/${ACCOUNT_NAME}`,
      tableUrl: `${origins.table}/${ACCOUNT_NAME}`,
    }
    return {
      ...endpoints,
      accountName: ACCOUNT_NAME,
      accountKey: ACCOUNT_KEY,
      connectionString: connectionStringOf(endpoints),
      dispose: () => stop(child),
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}
