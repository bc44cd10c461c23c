import type { IncomingMessage } from 'node:http'
import { BlobServiceClient, RestError, type StorageSharedKeyCredential } from '@azure/storage-blob'
import type { EventGridEvent } from '../event-grid/events.ts'
import { blobEvent, sequencers } from './blob-event.ts'
import type { BlobOperation } from './operation.ts'

export type EventRaiserOptions = {
  /** The service behind, with the account: `http://127.0.0.1:10000/devstoreaccount1`. */
  blobUrl: string
  /** The gateway's own URL, which events name. */
  publicUrl: string
  /** Reads size and type of what was committed, where the request does not tell them. */
  credential: StorageSharedKeyCredential
  /**
   * Receives one event for each successful operation, as a promise made before the client sees
   * its answer: whoever waits for quiet after an upload knows of the event in time.
   */
  publish: (event: Promise<EventGridEvent>) => void
  /** Resource id of the storage account in events. */
  topic?: string
  now?: () => Date
}

/** Called before an operation is passed on; what it resolves with is called when it succeeded. */
export type RaiseEvent = (
  operation: BlobOperation,
  request: IncomingMessage,
) => Promise<(answer: IncomingMessage) => void>

type Properties = Partial<Record<'contentType' | 'blobType', string>> & { contentLength?: number }

const LOCAL_ACCOUNT =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/devstoreaccount1'

/**
 * Put Blob tells everything in its request. After a block list or a copy the length is read back
 * from the service while the client already has its answer: if the blob is overwritten in that
 * moment, the event has the length of the newer one beside its own eTag. Before a deletion the
 * blob's type is read, so a deletion takes one round trip more than without the gateway.
 */
export function eventRaiser(options: EventRaiserOptions): RaiseEvent {
  const { publish, publicUrl, topic = LOCAL_ACCOUNT, now = () => new Date() } = options
  const service = new BlobServiceClient(options.blobUrl, options.credential)
  const nextSequencer = sequencers(now())

  return async (operation, request) => {
    const before = operation.api === 'DeleteBlob' ? await properties(service, operation) : undefined
    return (answer) => {
      const context = { topic, blobUrl: publicUrl, time: now(), sequencer: nextSequencer() }
      const describe = async () => {
        if (before) return before
        return operation.contentLength === undefined ? properties(service, operation) : {}
      }
      const event = describe().then(({ contentType, contentLength, blobType }) =>
        blobEvent(
          operation,
          {
            requestId: String(answer.headers['x-ms-request-id']),
            clientRequestId: request.headers['x-ms-client-request-id']?.toString(),
            eTag: answer.headers.etag,
            contentType,
            contentLength,
            blobType,
          },
          context,
        ),
      )
      publish(event)
    }
  }
}

/** Nothing is known of a blob that is not there (any more). */
async function properties(
  service: BlobServiceClient,
  { container, blob }: BlobOperation,
): Promise<Properties> {
  try {
    return await service.getContainerClient(container).getBlobClient(blob).getProperties()
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return {}
    throw error
  }
}
