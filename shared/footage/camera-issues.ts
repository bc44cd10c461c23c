import { z } from 'zod'
import { officerSchema, oidSchema } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { instantSchema } from './clock.ts'

/** Serial numbers as makers print them. */
export const serialSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$/, 'letters, digits, . _ -')
  .meta({
    description: 'the serial number of a camera, as its maker prints it',
    examples: ['VB4-000123'],
  })

/** Who wore a camera from a moment (inclusive) until another (exclusive); null: until now. */
export const cameraIssueSchema = z.strictObject({
  from: instantSchema.describe('from this moment on, UTC'),
  to: instantSchema.nullable().describe('until before this moment, UTC; null: still issued'),
  officer: officerSchema,
  by: oidSchema.describe('who entered it'),
  at: z.iso.datetime().describe('when it was entered'),
})
export type CameraIssue = z.infer<typeof cameraIssueSchema>

/** What the register says of a camera. The document must fit a row: some ten years of issues. */
export const cameraEntrySchema = z
  .strictObject({ issues: z.array(cameraIssueSchema).max(150) })
  .meta({ id: 'Camera' })
export type CameraEntry = z.infer<typeof cameraEntrySchema>

/** A span of time; `to` null has no end. */
export type Span = { from: string; to: string | null }

/** The issue of the camera that covers that moment, or null. */
export const issueAt = (issues: readonly CameraIssue[], at: string): CameraIssue | null =>
  issues.find((issue) => covers(issue, Date.parse(at))) ?? null

/**
 * The issues with this one entered, or put in place of the one that began at the same moment.
 * @throws BluelampError `invalid-request` if it ends before it begins; `conflict` if someone else
 *   wore the camera within its span
 */
export function withIssue(issues: readonly CameraIssue[], issue: CameraIssue): CameraIssue[] {
  if (issue.to !== null && endOf(issue) <= Date.parse(issue.from)) {
    throw new BluelampError('invalid-request', 'The issue must end after it begins.', {
      errors: [{ field: 'to', message: 'must be after from' }],
    })
  }
  const others = withoutIssue(issues, issue.from)
  const other = others.find((one) => overlaps(one, issue))
  if (other) {
    throw new BluelampError(
      'conflict',
      `The camera was issued from ${other.from} until ${other.to ?? 'now'}. End that issue first.`,
    )
  }
  return [...others, issue].toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))
}

/** The issues without the one that began at that moment. */
export const withoutIssue = (issues: readonly CameraIssue[], from: string): CameraIssue[] =>
  issues.filter((one) => Date.parse(one.from) !== Date.parse(from))

const endOf = ({ to }: Span): number => (to === null ? Number.POSITIVE_INFINITY : Date.parse(to))

const covers = (span: Span, at: number): boolean => Date.parse(span.from) <= at && at < endOf(span)

const overlaps = (a: Span, b: Span): boolean =>
  Date.parse(a.from) < endOf(b) && Date.parse(b.from) < endOf(a)
