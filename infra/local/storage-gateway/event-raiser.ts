import type { IncomingMessage } from 'node:http'
import { BlobServiceClient, RestError, type StorageSharedKeyCredential } from '@azure/storage-blob'
import type { EventGridEvent } from '../event-grid/events.ts'
import { blobEvent, type OperationResult, sequencers } from './blob-event.ts'
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

/** Called before an operation is passed on, never rejects; what it resolves with is called on success. */
export type RaiseEvent = (
  operation: BlobOperation,
  request: IncomingMessage,
) => Promise<(answer: IncomingMessage) => void>

type Properties = Pick<OperationResult, 'contentType' | 'contentLength' | 'blobType'>

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
  const service = new BlobServiceClient(options.blobUrl, options.credential, {
    // The clients of the gateway retry; it must not hold a request back while it does so itself.
    retryOptions: { maxTries: 1 },
  })
  const nextSequencer = sequencers(now())

  return async (operation, request) => {
    let known: Properties | undefined = operation.contentLength === undefined ? undefined : {}
    if (operation.api === 'DeleteBlob') {
      // Azurite lets one delete a blob that has uncommitted blocks only; Azure answers 404.
      known = await properties(service, operation).catch(() => undefined)
      if (!known) return () => {}
    }
    return (answer) => {
      const context = { topic, blobUrl: publicUrl, time: now(), sequencer: nextSequencer() }
      const event = async () =>
        blobEvent(
          operation,
          {
            requestId: String(answer.headers['x-ms-request-id']),
            clientRequestId: request.headers['x-ms-client-request-id']?.toString(),
            eTag: answer.headers.etag,
            ...(known ?? (await properties(service, operation))),
          },
          context,
        )
      publish(event())
    }
  }
}

/** Undefined when there is no such blob (any more). */
async function properties(
  service: BlobServiceClient,
  { container, blob }: BlobOperation,
): Promise<Properties | undefined> {
  try {
    const all = await service.getContainerClient(container).getBlobClient(blob).getProperties()
    const { contentType, contentLength, blobType } = all
    return { contentType, contentLength, blobType }
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined
    throw error
  }
}
