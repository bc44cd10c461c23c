import type { EventGridEvent } from '../../../infra/local/event-grid/events.ts'

/** A recording that was uploaded in blocks, as storage tells of it. */
export function landed(id: string): EventGridEvent {
  return {
    topic: '/subscriptions/x/storageAccounts/y',
    subject: '/blobServices/default/containers/landing/blobs/f1',
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: '2026-11-23T20:00:00.000Z',
    id,
    data: { api: 'PutBlockList', contentLength: 42, blobType: 'BlockBlob' },
    dataVersion: '',
    metadataVersion: '1',
  }
}
