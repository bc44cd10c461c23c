import { describe, expect, it } from 'vitest'
import { DockError } from '../../../infra/local/docking-station/dock-error.ts'
import type { DockOutcome } from '../../../infra/local/docking-station/dock-recording.ts'
import {
  exitCodeOf,
  jsonOf,
  milestones,
  progressLine,
  sentenceOf,
  verdictOf,
} from '../../../infra/local/docking-station/report.ts'

const report = (result: DockOutcome | Error) => ({
  file: '/media/clip.mp4',
  camera: 'BWV-1',
  result,
})
const problem = { title: 'Conflict', detail: 'Other content.', errors: [{ field: 'sequence' }] }

const secured = { outcome: 'secured', id: 'id-1', sequence: 4, sentBytes: 10 } as const
const results = [
  [secured, 0, 'clip.mp4: secured as id-1'],
  [
    { outcome: 'already-secured', id: 'id-1', sequence: 4 },
    0,
    'clip.mp4: already secured as id-1, nothing to send',
  ],
  [new DockError('unreachable', 'no answer'), 1, 'clip.mp4: no answer'],
  [new DockError('file', '/media/clip.mp4 is gone'), 1, '/media/clip.mp4 is gone'],
  [
    {
      outcome: 'mismatched',
      id: 'id-1',
      sequence: 4,
      parts: [
        { part: 'recording', state: 'mismatched', problem: 'other hash' },
        { part: 'settings', state: 'secured' },
      ],
    },
    2,
    'clip.mp4: what arrived differs from what was declared, each time it was sent: recording (other hash); do not wipe the camera',
  ],
  [
    { outcome: 'refused', sequence: 4, status: 409, problem },
    3,
    'clip.mp4: refused, 409 Conflict: Other content. [{"field":"sequence"}]; sequence 4 is taken, give --sequence; do not wipe the camera',
  ],
] as const satisfies [DockOutcome | Error, number, string][]

describe.each(results)('%o', (result, code, sentence) => {
  it(`ends with ${code} and says so to people and machines`, () => {
    expect(exitCodeOf(report(result))).toBe(code)
    expect(sentenceOf(report(result))).toBe(sentence)
    expect(JSON.parse(jsonOf(report(result)))).toMatchObject({
      file: '/media/clip.mp4',
      camera: 'BWV-1',
      mayWipe: code === 0,
      outcome: result instanceof Error ? 'stopped' : result.outcome,
    })
  })
})

describe('verdictOf', () => {
  it('gives leave to wipe only when every recording is secured', () => {
    expect(verdictOf([report(secured), report(secured)])).toBe(
      '2 of 2 recordings secured: camera BWV-1 may be wiped of them',
    )
    expect(verdictOf([report(secured), report(new Error('gone'))])).toBe(
      '1 of 2 recordings secured: do not wipe camera BWV-1',
    )
  })
})

describe('progressLine', () => {
  it('shows how far a part is', () => {
    const sending = { step: 'sending', part: 'recording', totalBytes: 3_000_000 } as const
    expect(progressLine({ ...sending, bytes: 1_999_999, heldBytes: 0 })).toBe(
      'sending recording 66 % of 3.0 MB',
    )
    expect(progressLine({ ...sending, bytes: 3_000_000, heldBytes: 1 })).toBe(
      'sending recording 100 % of 3.0 MB, going on where it stopped',
    )
    expect(progressLine({ step: 'hashing', bytes: 0, totalBytes: 0 })).toBe(
      'hashing 100 % of 0.0 MB',
    )
  })
})

describe('milestones', () => {
  it('are new steps and quarters', () => {
    const isMilestone = milestones()
    const sending = { step: 'sending', part: 'recording', totalBytes: 100, heldBytes: 0 } as const
    const shown = Array.from({ length: 101 }, (_, bytes) => bytes).filter((bytes) =>
      isMilestone({ ...sending, bytes }),
    )
    expect(shown).toEqual([0, 25, 50, 75, 100])
    const waiting = { step: 'waiting', id: 'id-1', state: 'landed' } as const
    expect([waiting, waiting, { ...waiting, state: 'secured' }].map(isMilestone)).toEqual([
      true,
      false,
      true,
    ])
  })
})
