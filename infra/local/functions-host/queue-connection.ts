import { type QueueClient, QueueServiceClient } from '@azure/storage-queue'
import type { Settings } from './settings.ts'

/**
 * The queue service that a trigger's `connection` names: a setting with a connection string
 * (`AzureWebJobsNAME` before `NAME`), or the identity-based `NAME__queueServiceUri`.
 * @throws Error naming the settings that were looked for.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference#connections
 */
export async function connectQueues(
  connection: string,
  settings: Settings,
): Promise<QueueServiceClient> {
  for (const name of [`AzureWebJobs${connection}`, connection]) {
    const connectionString = settings[name]
    if (connectionString) return QueueServiceClient.fromConnectionString(connectionString)
    const uri = settings[`${name}__queueServiceUri`]
    if (uri) {
      // Slow to load, and not needed where there is a connection string.
      const { DefaultAzureCredential } = await import('@azure/identity')
      return new QueueServiceClient(uri, new DefaultAzureCredential())
    }
  }
  throw new Error(
    `there is no setting '${connection}' (a connection string) or '${connection}__queueServiceUri'`,
  )
}

export type { QueueClient }
