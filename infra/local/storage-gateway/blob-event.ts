import type { EventGridEvent } from '../event-grid/events.ts'
import type { BlobOperation } from './operation.ts'

/** What storage said about the blob or the request, once the operation had succeeded. */
export type OperationResult = {
  requestId: string
  clientRequestId: string | undefined
  /** As in the response header, quotes included; deletions have none. */
  eTag: string | undefined
  contentType?: string | undefined
  contentLength?: number | undefined
  blobType?: string | undefined
}

export type EventContext = {
  /** Resource id of the storage account. */
  topic: string
  /** Base of `data.url`: origin and account. */
  blobUrl: string
  time: Date
  sequencer: string
}

/**
 * The event that Blob Storage raises for an operation. Subject and url carry the blob's name as it
 * is, not percent-encoded, so a name with `#` or `%` makes a url that does not parse back: read
 * the subject. The eTag has no quotes, as in Azure's events and unlike its headers.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
 */
export function blobEvent(
  operation: BlobOperation,
  result: OperationResult,
  { topic, blobUrl, time, sequencer }: EventContext,
): EventGridEvent {
  const { api, container, blob } = operation
  const deleted = api === 'DeleteBlob'
  return {
    topic,
    subject: `/blobServices/default/containers/${container}/blobs/${blob}`,
    eventType: deleted ? 'Microsoft.Storage.BlobDeleted' : 'Microsoft.Storage.BlobCreated',
    id: eventId(result.requestId, sequencer),
    data: {
      api,
      clientRequestId: result.clientRequestId,
      requestId: result.requestId,
      ...(deleted ? {} : { eTag: result.eTag?.replaceAll('"', '') }),
      contentType: operation.contentType ?? result.contentType,
      ...(deleted ? {} : { contentLength: operation.contentLength ?? result.contentLength ?? 0 }),
      blobType: operation.blobType ?? result.blobType,
      url: `${blobUrl}/${container}/${blob}`,
      sequencer,
      storageDiagnostics: { batchId: result.requestId },
    },
    dataVersion: '',
    metadataVersion: '1',
    eventTime: time.toISOString(),
  }
}

/** Azure's ids are the request's id with the last six digits changed. */
function eventId(requestId: string, sequencer: string): string {
  return requestId.slice(0, -6) + sequencer.slice(-6)
}

/**
 * Sequencers in Azure's shape, 48 hexadecimal digits that compare as strings. They grow over
 * restarts too, because the high digits are the time of the start.
 */
export function sequencers(startedAt: Date): () => string {
  const high = hex(startedAt.getTime(), 32)
  let count = 0
  return () => high + hex(++count, 16)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
