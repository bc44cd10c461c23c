import { v7 } from 'uuid'
import { officerSchema, oidSchema } from '../../shared/clearance/person.ts'
import type { Footage } from '../../shared/footage/footage.ts'
import { footageIdSchema, newFootageId } from '../../shared/footage/ids.ts'
import type { Part } from '../../shared/footage/parts.ts'

/** A made-up recording as it is when a dock has asked to upload it. */
export function footage(overrides: Partial<Footage> = {}): Footage {
  const at = '2026-11-23T10:00:00.000Z'
  return {
    schemaVersion: 1,
    id: newFootageId(),
    revision: 1,
    edition: 1,
    state: 'expected',
    camera: { serial: 'VB-0001', firmware: '1.0' },
    sequence: 7,
    officer: officerSchema.parse('P214567'),
    unit: 'camden-response-1',
    borough: 'camden',
    dock: oidSchema.parse('d0c40000-7c1e-4f0a-8a54-2f8f4e3b0c01'),
    dockSite: 'kentish-town',
    clock: {
      recordingStartedAt: at,
      deviceAt: at,
      dockAt: at,
      receivedAt: at,
      deviceBehindDockMs: 0,
      dockBehindServerMs: 0,
      recordedAt: at,
    },
    durationSeconds: 60,
    references: [],
    urgent: false,
    marking: 'OFFICIAL-SENSITIVE',
    restrictions: [],
    grants: [],
    corrections: [],
    holds: [],
    cases: [],
    cameraUnassigned: false,
    parts: [part('recording')],
    renditions: [],
    changedAt: at,
    ...overrides,
  }
}

/** A part that a dock has declared. */
export const part = (name: Part['part'], overrides: Partial<Part> = {}): Part => ({
  part: name,
  declared: { size: 3, sha256: 'a'.repeat(64), contentType: 'video/mp4' },
  state: 'expected',
  mismatches: [],
  ...overrides,
})

/** The recording recorded at that moment. */
export function footageRecordedAt(recordedAt: string, overrides: Partial<Footage> = {}): Footage {
  const one = footage(overrides)
  return { ...one, clock: { ...one.clock, recordedAt } }
}

/** Ids in the order of that time. */
export const footageIdAt = (msecs: number) => footageIdSchema.parse(v7({ msecs }))
