import fc from 'fast-check'
import { expect, it } from 'vitest'
import { officerSchema, oidSchema } from '../../../shared/clearance/person.ts'
import { type CameraIssue, issueAt } from '../../../shared/footage/camera-issues.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import { planWearer } from '../../../shared/ingest/wearer.ts'
import { amendmentSchema, planAmendment } from '../../../shared/manage/amendment.ts'
import { footage } from '../footage-fixture.ts'

const BY = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a09')
const AT = '2026-11-23T12:00:00.000Z'
const AUTHOR = { by: BY, at: AT }
const [DECLARED, WEARER] = ['P214567', 'P240917'].map((text) => officerSchema.parse(text))
const issue = (officer = WEARER, to: string | null = null): CameraIssue => ({
  from: '2026-11-01T00:00:00.000Z',
  to,
  officer: officerSchema.parse(officer),
  by: BY,
  at: AT,
})
const filed = (one: Footage, issues: CameraIssue[]): Footage => ({
  ...one,
  ...planWearer(one, issues, AUTHOR)?.change,
})

it('files a recording under whoever wore its camera, and keeps whom the dock declared', () => {
  const plan = planWearer(footage({ cameraUnassigned: true }), [issue()], AUTHOR)
  expect(plan).toMatchObject({
    acts: [{ action: 'metadata-corrected', detail: { from: DECLARED, to: WEARER } }],
    change: {
      cameraUnassigned: false,
      officer: WEARER,
      corrections: [{ field: 'officer', from: DECLARED, to: WEARER, by: BY, byRegister: true }],
    },
  })
})

it('only takes a recording off the list if the dock has declared its wearer', () => {
  const plan = planWearer(footage({ cameraUnassigned: true }), [issue(DECLARED)], AUTHOR)
  expect(plan).toEqual({ acts: [], change: { cameraUnassigned: false } })
})

it('goes back to whom the dock declared when the issue is taken back', () => {
  const back = filed(filed(footage(), [issue()]), [])
  expect(back).toMatchObject({ officer: DECLARED, cameraUnassigned: true })
  expect(back.corrections.map(({ from, to }) => [from, to])).toEqual([
    [DECLARED, WEARER],
    [WEARER, DECLARED],
  ])
})

it('leaves standing what a person has said, whatever the register says', () => {
  const amendment = amendmentSchema.parse({ reason: 'seen on it', officer: 'P100001' })
  const plan = planAmendment(footage(), amendment, { ...AUTHOR, reason: 'seen on it' })
  const said = { ...footage(), ...plan?.change }
  for (const issues of [[issue()], [issue(DECLARED)]]) {
    expect(planWearer(said, issues, AUTHOR)).toBeNull()
  }
  expect(filed(said, [])).toMatchObject({ officer: 'P100001', cameraUnassigned: true })
})

it('comes to the same by whatever way the register came to what it says', () => {
  const known: CameraIssue[][] = [
    [],
    [issue()],
    [issue(DECLARED)],
    [issue(WEARER, '2026-11-02T00:00:00.000Z')],
  ]
  const registers = fc.array(fc.constantFrom(...known), { minLength: 1 })
  fc.assert(
    fc.property(registers, (all) => {
      const end = all.reduce<Footage>((one, issues) => filed(one, issues), footage())
      const last = issueAt(all.at(-1) ?? [], footage().clock.recordedAt)
      expect(end.officer).toBe(last?.officer ?? DECLARED)
      expect(end.cameraUnassigned).toBe(last === null)
      expect(planWearer(end, all.at(-1) ?? [], AUTHOR)).toBeNull()
      // Each correction begins where the one before ended.
      let standing: string | null = footage().officer
      for (const { from, to } of end.corrections) {
        expect(from).toBe(standing)
        standing = to
      }
    }),
  )
})
