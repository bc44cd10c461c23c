import { describe, expect, it } from 'vitest'
import { parseBlobCreated } from '../../../shared/events/blob-created.ts'

const EVENT = {
  id: '1',
  topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a',
  subject: '/blobServices/default/containers/landing/blobs/id/recording',
  eventType: 'Microsoft.Storage.BlobCreated',
  eventTime: '2026-11-23T12:00:00Z',
  dataVersion: '',
  metadataVersion: '1',
  data: { api: 'PutBlockList', eTag: '0x8DE', contentLength: 7, sequencer: '0001', url: 'x' },
}

it('reads which blob was written, and which version of it', () => {
  expect(parseBlobCreated(EVENT)).toEqual({
    container: 'landing',
    blob: 'id/recording',
    etag: '0x8DE',
    size: 7,
    sequencer: '0001',
  })
})

describe('refused is', () => {
  it.each([
    ['another event', { ...EVENT, eventType: 'Microsoft.Storage.BlobDeleted' }],
    ['an event of no blob', { ...EVENT, subject: '/blobServices/default/containers/landing' }],
    ['an event without an ETag', { ...EVENT, data: { ...EVENT.data, eTag: undefined } }],
    ['an event without data', { ...EVENT, data: null }],
    ['nothing', null],
    ['text', 'BlobCreated'],
  ])('%s', (_, event) => {
    expect(() => parseBlobCreated(event)).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    )
  })
})
