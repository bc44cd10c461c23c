import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Oid, oidSchema } from '../../../shared/clearance/person.ts'
import type { Activity } from '../../../shared/records/activity.ts'
import { unusualAccess } from '../../../shared/watch/unusual-access.ts'

const MINUTE_MS = 60_000
const START = Date.parse('2026-11-23T08:00:00.000Z')
const person = (n: number): Oid =>
  oidSchema.parse(`0b8f6f5e-3d0b-4c53-9d55-${String(n).padStart(12, '0')}`)
const ASHA = person(1)

/** So many recordings that someone used or was refused, one a minute. */
const rows = (count: number, overrides: Partial<Activity> = {}, everyMs = MINUTE_MS): Activity[] =>
  Array.from({ length: count }, (_, n) => ({
    schemaVersion: 1,
    at: new Date(START + n * everyMs).toISOString(),
    actor: ASHA,
    kind: 'used',
    footageId: `footage-${n}`,
    role: 'Investigator',
    link: 'assignment',
    ...overrides,
  }))
const refused = (count: number, everyMs?: number) =>
  rows(count, { kind: 'refused', role: null, link: null }, everyMs)
const peers = (...counts: number[]) =>
  counts.flatMap((count, n) => rows(count, { actor: person(n + 2) }))
const findings = (day: Activity[]) =>
  unusualAccess(day)
    .filter(({ actor }) => actor === ASHA)
    .map(({ finding, count }) => [finding, count])

it('finds nothing in a usual day', () => {
  expect(unusualAccess([])).toEqual([])
  expect(unusualAccess([...rows(15), ...peers(8, 12, 10), ...refused(4)])).toEqual([])
})

it('finds recordings of one’s own camera, from the first, unless a role opens no others', () => {
  expect(findings(rows(1, { link: 'own' }))).toEqual([['own-recordings', 1]])
  expect(findings(rows(9, { link: 'own', role: 'Officer' }))).toEqual([])
})

it('is not surprised by an auditor, whom nothing ties to what they look at', () => {
  expect(findings(rows(10, { link: 'remit', role: 'Auditor' }))).toEqual([])
  expect(findings(rows(10, { link: 'remit', role: 'EvidenceManager' }))).toEqual([
    ['no-incident-link', 10],
  ])
})

describe('volume far above one’s peers', () => {
  it('is found with the median of the others', () => {
    expect(unusualAccess([...rows(41), ...peers(10, 9, 30)])).toMatchObject([
      { actor: ASHA, finding: 'far-above-peers', count: 41, peersMedian: 10 },
    ])
  })

  it('is measured by the median of everybody else, whoever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { minLength: 3, maxLength: 12 }), (counts) => {
        const used = unusualAccess([...rows(200), ...peers(...counts)])
        const others = counts.filter((count) => count > 0).toSorted((a, b) => a - b)
        const [low = 0, high = 0] = [
          others[Math.ceil(others.length / 2) - 1],
          others[Math.floor(others.length / 2)],
        ]
        const expected = others.length < 3 || 200 <= 2 * (low + high) ? [] : [(low + high) / 2]
        const mine = used.filter(({ actor }) => actor === ASHA)
        expect(mine.map(({ peersMedian }) => peersMedian)).toEqual(expected)
      }),
    )
  })

  it.each([
    ['at four times the median', [...rows(40), ...peers(10, 9, 30)]],
    ['below twenty recordings', [...rows(19), ...peers(1, 1, 1)]],
    ['with two peers', [...rows(100), ...peers(1, 1)]],
    ['beside people of another role', [...rows(100), ...peers(1, 1, 1).map(asSupervisor)]],
  ])('is not found %s', (_, day) => {
    expect(findings(day)).toEqual([])
  })
})

it('finds views without a link to the incident', () => {
  expect(findings(rows(10, { link: 'borough' }))).toEqual([['no-incident-link', 10]])
  expect(findings(rows(9, { link: 'borough' }))).toEqual([])
  expect(findings(rows(10, { link: 'grant' }))).toEqual([])
})

it('finds refusals within ten minutes, but not over the day', () => {
  expect(findings(refused(5))).toEqual([['refused-burst', 5]])
  expect(findings([...refused(5)].reverse())).toEqual([['refused-burst', 5]])
  expect(findings(refused(60, 3 * MINUTE_MS))).toEqual([])
  expect(findings(refused(30, 2 * MINUTE_MS))).toEqual([['refused-burst', 6]])
})

it('names the recordings, but not all of very many', () => {
  const [found] = unusualAccess(rows(50, { link: 'own' }))
  expect(found).toMatchObject({ count: 50 })
  expect(found?.footageIds).toHaveLength(20)
})

function asSupervisor(activity: Activity): Activity {
  return { ...activity, role: 'Supervisor' }
}

it('finds who went over a limit, and over which', () => {
  const limited = { kind: 'limited', role: null, link: null } as const
  const [found] = unusualAccess(rows(1, { ...limited, footageId: 'export' }))
  expect(found).toMatchObject({ finding: 'over-limits', count: 1, footageIds: ['export'] })
})
