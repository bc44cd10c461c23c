import { BlobServiceClient } from '@azure/storage-blob'
import { describe, expect, it } from 'vitest'
import { startAzurite } from '../../../infra/local/azurite.ts'
import {
  blobDeadLetters,
  deadLetter,
  type Undelivered,
} from '../../../infra/local/event-grid/dead-letter.ts'
import { landed } from './landed.ts'

const undelivered: Undelivered = {
  subscription: 'footage-landed',
  event: landed('one'),
  reason: 'MaxDeliveryAttemptsExceeded',
  deliveryAttempts: 3,
  lastDeliveryOutcome: 'NotFound',
  publishTime: new Date('2026-03-01T23:00:00Z'),
  lastDeliveryAttemptTime: new Date('2026-03-02T03:00:00Z'),
}
const now = new Date('2026-03-02T04:05:06Z')

describe('deadLetter', () => {
  it('lies below the subscription in capitals and the hour without leading zeros', () => {
    expect(deadLetter(undelivered, now, 'blob-id').path).toBe(
      'FOOTAGE-LANDED/2026/3/2/4/blob-id.json',
    )
  })

  it('holds an array of the event with what became of it', () => {
    expect(JSON.parse(deadLetter(undelivered, now, 'blob-id').body)).toEqual([
      {
        ...landed('one'),
        deadLetterReason: 'MaxDeliveryAttemptsExceeded',
        deliveryAttempts: 3,
        lastDeliveryOutcome: 'NotFound',
        publishTime: '2026-03-01T23:00:00.000Z',
        lastDeliveryAttemptTime: '2026-03-02T03:00:00.000Z',
      },
    ])
  })

  it('writes lower-case attributes into a CloudEvent', () => {
    const event = { specversion: '1.0' as const, id: 'one', source: '/a', type: 'b', data: {} }
    const [letter] = JSON.parse(deadLetter({ ...undelivered, event }, now, 'blob-id').body)
    expect(letter).toMatchObject({ ...event, deadletterreason: 'MaxDeliveryAttemptsExceeded' })
  })
})

it('blobDeadLetters stores the letter as JSON, byte for byte', async () => {
  const azurite = await startAzurite()
  try {
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString)
    await service.createContainer('event-deadletters')
    const letter = { path: 'A/2026/1/1/0/x.json', body: '[{"name":"ü"}]' }
    const store = blobDeadLetters(azurite.connectionString)
    await store('event-deadletters', letter)
    const blob = service.getContainerClient('event-deadletters').getBlobClient(letter.path)
    expect(String(await blob.downloadToBuffer())).toBe(letter.body)
    expect((await blob.getProperties()).contentType).toBe('application/json')
    await expect(store('no-such-container', letter)).rejects.toThrow('container does not exist')
  } finally {
    await azurite.dispose()
  }
}, 60_000)
