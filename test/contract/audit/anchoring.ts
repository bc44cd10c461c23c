import { expect } from 'vitest'
import { type AnchorServices, anchorAudit } from '../../../shared/audit/anchor-run.ts'
import { createAnchorStore } from '../../../shared/audit/anchor-store.ts'
import type { AuditAct, AuditEntry } from '../../../shared/audit/chain.ts'
import { checkStoredTrail } from '../../../shared/audit/check-trail.ts'
import { exportTrail } from '../../../shared/audit/export-trail.ts'
import type { ExportedTrail } from '../../../shared/audit/exported-trail.ts'
import { createPendingHeads } from '../../../shared/audit/pending-heads.ts'
import type { TimestampAuthority } from '../../../shared/audit/timestamp-authority.ts'
import { createAuditTrail } from '../../../shared/audit/trail.ts'
import type { TrailVerdict } from '../../../shared/audit/trail-verdict.ts'
import { type FootageId, newFootageId } from '../../../shared/footage/ids.ts'
import type { Log } from '../../../shared/log.ts'
import type { Services } from '../../../shared/services.ts'
import type { TestStorage } from '../storage-fixture.ts'
import { type FakeWorm, fakeWorm } from './worm-fake.ts'

export const ACT: AuditAct = { action: 'playback-released', actor: 'service' }

/** Audit trails in real tables, anchored in a container that keeps the rules of immutability. */
export type Anchoring = {
  services: AnchorServices & Pick<Services, 'config'>
  worm: FakeWorm
  /** What was logged as a warning or an error. */
  complaints: string[]
  /** A recording whose trail has so many entries. */
  chainOf(length: number): Promise<FootageId>
  append(id: FootageId, count: number): Promise<void>
  anchor(): ReturnType<typeof anchorAudit>
  verdict(id: FootageId): Promise<TrailVerdict>
  exported(id: FootageId): Promise<ExportedTrail>
}

export function openAnchoring(
  storage: TestStorage,
  timestampAuthority: TimestampAuthority | null = null,
  now: () => Date = () => new Date(),
): Anchoring {
  const table = storage.clients.table('audit')
  const worm = fakeWorm()
  const complaints: string[] = []
  const complain: Log['warn'] = (message) => void complaints.push(message)
  const services = {
    audit: createAuditTrail(table, now),
    pendingHeads: createPendingHeads(table, now),
    anchors: createAnchorStore(worm),
    timestampAuthority,
    log: { info: () => {}, warn: complain, error: complain },
    now,
    config: { timestamps: { url: null, trustedPem: null } } as Services['config'],
  }
  const append: Anchoring['append'] = async (id, count) => {
    for (let chunk = 0; chunk < count; chunk += 1) {
      await services.audit.append(id, { ...ACT, detail: { chunk } })
    }
  }
  return {
    services,
    worm,
    complaints,
    append,
    async chainOf(length) {
      const id = newFootageId()
      await append(id, length)
      return id
    },
    anchor: () => anchorAudit(services),
    verdict: (id) => checkStoredTrail(services, id),
    exported: async (id) => ({
      schemaVersion: 2,
      ...(await exportTrail(services, id)),
      next: null,
    }),
  }
}

/** Expects that the last entry of a trail is vouched for. */
export async function expectAnchored({ verdict }: Anchoring, id: FootageId): Promise<void> {
  const found = await verdict(id)
  expect(found).toMatchObject({ whole: true, unanchored: null })
  expect(found).toHaveProperty('anchored.upTo', found.entries)
}

/** The row key of an entry, as trail.ts documents it: sequences count down. */
export const rowOf = (sequence: number): string =>
  String(9_999_999_999 - sequence).padStart(10, '0')

/** Writes an entry over a row of the table, past everything that guards it. */
export async function overwrite(
  storage: TestStorage,
  id: FootageId,
  sequence: number,
  entry: AuditEntry | string,
): Promise<void> {
  const document = typeof entry === 'string' ? entry : JSON.stringify(entry)
  const row = { partitionKey: id, rowKey: rowOf(sequence), document }
  await storage.clients.table('audit').upsertEntity(row, 'Replace')
}
