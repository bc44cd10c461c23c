import { randomUUID } from 'node:crypto'
import { TableClient } from '@azure/data-tables'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { readTrail } from '../../../shared/audit/read-trail.ts'
import { createAuditTrail } from '../../../shared/audit/trail.ts'
import { oidSchema, registerEntrySchema } from '../../../shared/clearance/person.ts'
import { problemOf } from '../../../shared/http/problem.ts'
import { footageDetail } from '../../../shared/retrieve/footage-detail.ts'
import { openPlayback } from '../../../shared/retrieve/open-playback.ts'
import { play } from '../../../shared/retrieve/play.ts'
import { releasePoster, takeOriginal } from '../../../shared/retrieve/release.ts'
import type { Services } from '../../../shared/services.ts'
import { createViewings } from '../../../shared/storage/tables/viewings.ts'
import { newViewing, RECORD_WITHIN_MS, withRelease } from '../../../shared/viewing/viewing.ts'
import { footage, part } from '../footage-fixture.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const SHA256 = 'a'.repeat(64)
const oid = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01')
const entry = registerEntrySchema.parse({
  officer: 'P100001',
  unit: 'camden-cid',
  borough: 'camden',
  vetting: [{ level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
  assignments: [],
})
const roles = ['Investigator', 'Auditor'] as const
const visitor = {
  principal: { oid, roles: [...roles], register: entry },
  clientAddress: '192.0.2.1',
  vouchedUntil: '2026-11-23T13:00:00.000Z',
}
const original = {
  blob: 'b',
  etag: '"1"',
  versionId: null,
  size: 3,
  sha256: SHA256,
  sha256Declared: true,
  landedEtag: '"1"',
  securedAt: NOW.toISOString(),
}
const recording = footage({
  state: 'ready',
  parts: [part('recording', { state: 'secured', original })],
  renditions: [{ kind: 'copy', state: 'ready', chunks: 1, finished: 1 }],
  poster: { blob: 'p', sha256: SHA256, width: 1, height: 1, atSeconds: 0 },
})
const chunk = { chunk: 0, blob: 'c', output: { startSeconds: 0, endSeconds: 1 } }

/** Nothing listens on the port of discard: the store of the audit trail is down. */
const deadTable = TableClient.fromConnectionString(
  'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:9/a;',
  'audit',
  { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } },
)
const sign = vi.fn(async () => ({ url: 'https://signed', expiresAt: NOW.toISOString() }))

const session = newViewing(randomUUID(), visitor, recording.id, NOW)

/** Services that work, around that audit trail and those viewings. */
const servicesWith = (audit: object, viewings: object): Services =>
  ({
    config: { reasonRequired: true },
    now: () => NOW,
    people: { find: async () => ({ entry, etag: '"1"' }) },
    catalogue: { find: async () => recording },
    tickets: { issue: () => 't' },
    originals: { signRead: sign },
    renditions: { signRead: sign },
    renditionRows: { find: async () => chunk },
    viewings: { find: async () => session, ...viewings },
    anchors: { filedFor: async () => [], evidence: async () => [] },
    audit,
  }) as unknown as Services

const { id } = recording
const purpose = { reason: 'for a test' }
const ticket = { oid, footageId: id, viewing: session.viewing }

const WAYS_OUT: Record<string, (services: Services) => Promise<unknown>> = {
  'the details': (services) => footageDetail(services, visitor, id),
  'the poster': (services) => releasePoster(services, visitor, id),
  'a ticket to play': (services) => openPlayback(services, visitor, id, purpose, 'https://host'),
  'a chunk of a rendition': (services) => play(services, ticket, 'copy-0000.mp4', null),
  'a sheet of the storyboard': (services) => play(services, ticket, 'storyboard-0000.jpg', null),
  'the original': (services) => takeOriginal(services, visitor, id, purpose),
  'the audit trail': (services) => readTrail(services, visitor, id, { limit: 1000 }),
}

beforeEach(() => sign.mockClear())

describe.each(Object.entries(WAYS_OUT))('%s', (_, release) => {
  it('is not released while that cannot be recorded', async () => {
    const { add, change } = createViewings(deadTable, Buffer.alloc(32))
    const down = servicesWith(
      createAuditTrail(deadTable, () => NOW),
      { add, change },
    )
    const error: unknown = await release(down).then(
      () => expect.fail('It was released.'),
      (thrown: unknown) => thrown,
    )
    expect(problemOf(error, 'correlation')).toMatchObject({ status: 503 })
    expect(sign).not.toHaveBeenCalled()
  })

  it('is recorded before anything is signed', async () => {
    const append = vi.fn(async () => expect(sign).not.toHaveBeenCalled())
    const up = servicesWith({ append, read: async () => [] }, { change: append })
    // What a ticket needs beyond its entry is not here: only the entry is looked at.
    await release(up).catch(() => null)
    expect(append).toHaveBeenCalledOnce()
  })
})

describe('what a viewing has released for long enough', () => {
  const waiting = {
    ...withRelease(
      session,
      { kind: 'copy', startSeconds: 0, endSeconds: 1, clientAddress: null },
      new Date(NOW.getTime() - RECORD_WITHIN_MS),
    ),
  }
  const next = (audit: object) =>
    play(servicesWith(audit, { find: async () => waiting }), ticket, 'copy-0000.mp4', null)

  it('goes into the trail before anything more is released', async () => {
    const appendOnce = vi.fn(async () => expect(sign).not.toHaveBeenCalled())
    await next({ appendOnce }).catch(() => null)
    expect(appendOnce).toHaveBeenCalledExactlyOnceWith(
      id,
      expect.objectContaining({
        action: 'playback-released',
        detail: { viewing: session.viewing, copy: '0-1' },
      }),
    )
  })

  it('keeps all else from being released while that fails', async () => {
    await expect(next(createAuditTrail(deadTable, () => NOW))).rejects.toThrow()
    expect(sign).not.toHaveBeenCalled()
  })
})
