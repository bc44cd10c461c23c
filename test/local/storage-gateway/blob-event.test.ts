import fc from 'fast-check'
import { expect, it } from 'vitest'
import { blobEvent, sequencers } from '../../../infra/local/storage-gateway/blob-event.ts'

const operation = {
  api: 'PutBlob',
  container: 'landing',
  blob: 'f1',
  blobType: 'BlockBlob',
  contentType: 'video/mp4',
  contentLength: 0,
} as const
const result = {
  requestId: '831e1650-001e-001b-66ab-eeb76e000000',
  clientRequestId: undefined,
  eTag: '"0x8D4BCC2E4835CD0"',
}
const context = {
  topic: '/subscriptions/x',
  blobUrl: 'http://127.0.0.1:10000/account',
  time: new Date('2026-11-23T20:00:00Z'),
}

it('blobEvent keeps the names of blobs as they are, in subject and url', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (blob) => {
      const event = blobEvent({ ...operation, blob }, result, {
        ...context,
        sequencer: '0'.repeat(48),
      })
      expect(event.subject).toBe(`/blobServices/default/containers/landing/blobs/${blob}`)
      expect(event.data).toMatchObject({ url: `http://127.0.0.1:10000/account/landing/${blob}` })
    }),
  )
})

it('blobEvent keeps an empty blob empty and the request id in the id of the event', () => {
  const event = blobEvent(operation, result, { ...context, sequencer: `${'0'.repeat(42)}00002a` })
  expect(event.id).toBe('831e1650-001e-001b-66ab-eeb76e00002a')
  expect(event.data).toMatchObject({ contentLength: 0, eTag: '0x8D4BCC2E4835CD0' })
})

it('sequencers grow as strings, over a restart too', () => {
  const first = sequencers(new Date(1_000))
  const second = sequencers(new Date(1_001))
  const all = [...Array.from({ length: 300 }, first), ...Array.from({ length: 300 }, second)]
  expect(all).toEqual(all.toSorted())
  expect(new Set(all).size).toBe(600)
})
