import fc from 'fast-check'
import { expect, it } from 'vitest'
import { officerSchema, oidSchema } from '../../../shared/clearance/person.ts'
import {
  type CameraIssue,
  issueAt,
  withIssue,
  withoutIssue,
} from '../../../shared/footage/camera-issues.ts'

const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString()
const issue = (from: number, to: number | null, officer = 'P214567'): CameraIssue => ({
  from: day(from),
  to: to === null ? null : day(to),
  officer: officerSchema.parse(officer),
  by: oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06'),
  at: day(0),
})
const entered = (all: CameraIssue[]) =>
  all.reduce<CameraIssue[]>((issues, one) => {
    try {
      return withIssue(issues, one)
    } catch {
      return issues
    }
  }, [])
const arbitrary = fc
  .record({
    from: fc.integer({ min: 0, max: 30 }),
    days: fc.option(fc.integer({ min: -1, max: 10 })),
    officer: fc.constantFrom('P214567', 'P240917'),
  })
  .map(({ from, days, officer }) => issue(from, days === null ? null : from + days, officer))

it('lets one officer wear a camera at a time, whatever is entered in whatever order', () => {
  fc.assert(
    fc.property(fc.array(arbitrary), (all) => {
      const issues = entered(all)
      for (let at = 0; at < 45; at += 1) {
        const covering = issues.filter(
          ({ from, to }) => from <= day(at) && (to === null || day(at) < to),
        )
        expect(covering.length).toBeLessThanOrEqual(1)
        expect(issueAt(issues, day(at))).toBe(covering[0] ?? null)
      }
    }),
  )
})

it('corrects the issue that began at the same moment, and takes it back', () => {
  const open = withIssue([], issue(1, null))
  expect(issueAt(open, day(0))).toBeNull()
  expect(issueAt(open, day(400))?.officer).toBe('P214567')
  const ended = withIssue(open, issue(1, 3))
  expect(ended).toHaveLength(1)
  expect(issueAt(ended, day(2))?.officer).toBe('P214567')
  expect(issueAt(ended, day(3))).toBeNull()
  expect(withoutIssue(ended, '2026-01-02T00:00:00Z')).toEqual([])
})

it('refuses an issue that runs into another, and one that ends before it begins', () => {
  const code = (expected: string) => expect.objectContaining({ code: expected })
  expect(() => withIssue([issue(1, null)], issue(5, 6))).toThrow(code('conflict'))
  expect(() => withIssue([issue(5, 6)], issue(1, null))).toThrow(code('conflict'))
  expect(() => withIssue([], issue(5, 5))).toThrow(code('invalid-request'))
  expect(withIssue([issue(1, 5)], issue(5, null))).toHaveLength(2)
})
