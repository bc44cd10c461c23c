import { BlobServiceClient, type ContainerClient, RestError } from '@azure/storage-blob'
import { z } from 'zod'
import type { Settings } from './settings.ts'

const statusSchema = z.object({
  Last: z.string(),
  Next: z.coerce.date(),
  LastUpdated: z.string(),
})

/** When a timer last ran and is next due, as the genuine host writes it. */
export type ScheduleStatus = z.infer<typeof statusSchema>

/** What .NET says for no time at all: a timer that has never run. */
export const NEVER = '0001-01-01T00:00:00+00:00'

/** Where schedule status outlives the host. */
export type StatusStore = {
  read(functionName: string): Promise<ScheduleStatus | undefined>
  write(functionName: string, status: ScheduleStatus): Promise<void>
}

const CONTAINER = 'azure-webjobs-hosts'

/**
 * Keeps status in blobs of AzureWebJobsStorage, under the genuine host's names.
 * @throws Error when that setting is missing: the host has no storage of its own then.
 */
export function blobStatusStore(settings: Settings): StatusStore {
  const connection = settings.AzureWebJobsStorage
  if (!connection) {
    throw new Error(`there is no setting 'AzureWebJobsStorage' to keep its schedule status in`)
  }
  const container = BlobServiceClient.fromConnectionString(connection).getContainerClient(CONTAINER)
  return {
    read: (name) => readStatus(container, blobName(name)),
    async write(name, status) {
      await container.createIfNotExists()
      const text = JSON.stringify(status)
      await container.getBlockBlobClient(blobName(name)).upload(text, Buffer.byteLength(text))
    },
  }
}

async function readStatus(container: ContainerClient, name: string) {
  try {
    const bytes = await container.getBlobClient(name).downloadToBuffer()
    return statusSchema.parse(JSON.parse(bytes.toString()))
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined
    throw error
  }
}

function blobName(functionName: string): string {
  return `timers/local/Host.Functions.${functionName}/status`
}
