import { z } from 'zod'
import type { Restriction } from '../clearance/guards.ts'
import { isEvidential } from './category.ts'
import type { Footage } from './footage.ts'
import {
  type DisposalRule,
  disposalRuleSchema,
  EVIDENTIAL_REFERENCES,
  NON_EVIDENTIAL_DAYS,
  RETENTION_GROUPS,
} from './retention-rules.ts'

/**
 * Whether a recording may be disposed of, under which rule and since when, or why not.
 * `held` somebody holds it: `by` has the names · `in-case` it is material of a case: `by` has them ·
 * `inquiry` a post-incident lock or a matter of professional standards keeps it · `not-reviewed` it
 * is evidence, and nobody has said how long to keep it · `no-end` its group has none · `not-due` only
 * from a later moment on · `other-rule` it is kept under another rule than the one asked for ·
 * `unsettled` it is still being secured or rendered, or is no more.
 */
export type DisposalVerdict =
  | { disposable: true; rule: DisposalRule; since: string }
  | {
      disposable: false
      because:
        | 'held'
        | 'in-case'
        | 'inquiry'
        | 'not-reviewed'
        | 'no-end'
        | 'not-due'
        | 'other-rule'
        | 'unsettled'
      rule: DisposalRule | null
      from: string | null
      by: string[]
    }

/** What the verdict rests on. */
export type Retained = Pick<
  Footage,
  | 'state'
  | 'holds'
  | 'cases'
  | 'restrictions'
  | 'references'
  | 'category'
  | 'retentionGroup'
  | 'clock'
>

/** While somebody inquires into what officers did, nothing of it is disposed of. */
const INQUIRIES: readonly Restriction[] = ['post-incident-lock', 'professional-standards']

/** States in which no worker makes anything of a recording. */
const SETTLED: readonly Footage['state'][] = ['secured', 'ready', 'unplayable']

/**
 * Whether a recording may be disposed of, now. One hold or one case is enough to keep it, whoever
 * asks and whatever the rule. Disposal asks this of the truth, in the same step in which it takes
 * the recording away.
 * @param asked the rule that someone names; without one, that which the recording is kept under
 */
export function disposalOf(footage: Retained, now: Date, asked?: DisposalRule): DisposalVerdict {
  const kept = retentionOf(footage)
  const { rule, from } = asked === 'erasure-order' ? earlyBy(footage) : kept
  const refuse = (
    because: Extract<DisposalVerdict, { disposable: false }>['because'],
    by: string[] = [],
  ): DisposalVerdict => ({ disposable: false, because, rule, from, by })

  if (footage.holds.length > 0) {
    return refuse(
      'held',
      footage.holds.map(({ name }) => name),
    )
  }
  if (footage.cases.length > 0) {
    return refuse(
      'in-case',
      footage.cases.map(({ urn }) => urn),
    )
  }
  const inquiries = INQUIRIES.filter((one) => footage.restrictions.includes(one))
  if (inquiries.length > 0) return refuse('inquiry', inquiries)
  if (!SETTLED.includes(footage.state)) return refuse('unsettled')
  if (rule === null) return refuse('not-reviewed')
  if (asked !== undefined && asked !== rule) return refuse('other-rule')
  if (from === null) return refuse('no-end')
  if (now.getTime() < Date.parse(from)) return refuse('not-due')
  return { disposable: true, rule, since: from }
}

/** What a recording is kept under, and from when on it may go. */
export const retentionSchema = z.object({
  rule: disposalRuleSchema.nullable(),
  from: z.iso.datetime().nullable(),
})

/**
 * The rule that a recording is kept under, and from when on it may go. Null for evidence that nobody
 * has reviewed yet: it is kept.
 */
export function retentionOf({
  retentionGroup,
  references,
  category,
  cases,
  clock: { recordedAt },
}: Omit<Retained, 'state' | 'holds' | 'restrictions'>): z.infer<typeof retentionSchema> {
  if (retentionGroup) {
    const { years } = RETENTION_GROUPS[retentionGroup]
    return { rule: retentionGroup, from: years === null ? null : yearsAfter(recordedAt, years) }
  }
  const isEvidence =
    cases.length > 0 ||
    isEvidential(category) ||
    references.some(({ type }) => EVIDENTIAL_REFERENCES.some((one) => one === type))
  if (isEvidence) return { rule: null, from: null }
  return { rule: 'non-evidential', from: daysAfter(recordedAt, NON_EVIDENTIAL_DAYS) }
}

const earlyBy = ({ clock: { recordedAt } }: Retained) =>
  ({ rule: 'erasure-order', from: recordedAt }) as const

const DAY_MS = 86_400_000

const daysAfter = (instant: string, days: number): string =>
  new Date(Date.parse(instant) + days * DAY_MS).toISOString()

/** The same day of a later year; what was recorded on 29 February is kept until 1 March. */
function yearsAfter(instant: string, years: number): string {
  const later = new Date(instant)
  later.setUTCFullYear(later.getUTCFullYear() + years)
  return later.toISOString()
}
