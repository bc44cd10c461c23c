import { z } from 'zod'
import type { AuditAct } from '../audit/chain.ts'
import type { PlannedChange } from '../audit/planned-change.ts'
import { boroughSchema, unitSchema } from '../clearance/boroughs.ts'
import { type Restriction, restrictionSchema } from '../clearance/guards.ts'
import { isServable, markingSchema } from '../clearance/marking.ts'
import { officerSchema } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { ABOUT_CATEGORY, categorySchema } from '../footage/category.ts'
import { EARLIEST, instantSchema } from '../footage/clock.ts'
import { CORRECTABLE_FIELDS, type Correction } from '../footage/corrections.ts'
import type { Footage } from '../footage/footage.ts'
import { retentionGroupSchema } from '../footage/retention-rules.ts'
import { changeReasonSchema } from '../records/reason.ts'
import type { Authorship } from './change.ts'

/** Corrections that one recording keeps. With everything else, they must fit its row. */
const CORRECTIONS_LIMIT = 30

/** What of a recording is to change. What is absent stays as it is; null takes a value away. */
export const amendmentSchema = z
  .strictObject({
    reason: changeReasonSchema,
    marking: markingSchema.optional(),
    restrictions: z
      .array(restrictionSchema)
      .transform((all) => [...new Set(all)])
      .optional()
      .describe('all that shall apply'),
    officer: officerSchema.optional(),
    unit: unitSchema.optional(),
    borough: boroughSchema.nullable().optional(),
    recordedAt: instantSchema.optional().describe('when the recording began'),
    retentionGroup: retentionGroupSchema
      .nullable()
      .optional()
      .describe('how long to keep it, by someone who has reviewed it'),
    category: categorySchema.nullable().optional().meta(ABOUT_CATEGORY),
  })
  .refine(({ reason: _, ...changes }) => Object.values(changes).some((to) => to !== undefined), {
    error: 'say what to change beside the reason',
  })
export type Amendment = z.infer<typeof amendmentSchema>

/**
 * The change that an amendment comes to. What a dock reported is not lost by it: each correction
 * keeps what stood there before.
 * @throws BluelampError `invalid-request` for a time that cannot be; `conflict` over the limit
 */
export function planAmendment(
  footage: Footage,
  amendment: Amendment,
  authorship: Authorship,
): PlannedChange | null {
  refuseImpossibleTime(footage, amendment.recordedAt)
  const corrections = correctionsOf(footage, amendment, authorship)
  const { marking = footage.marking, restrictions = footage.restrictions } = amendment
  const acts: PlannedChange['acts'] = [
    ...(marking === footage.marking
      ? []
      : [{ action: 'marking-changed' as const, detail: { from: footage.marking, to: marking } }]),
    ...restrictionActs(footage.restrictions, restrictions),
    ...corrections.map(actOf),
    ...retentionActs(footage, amendment),
  ]
  if (acts.length === 0) return null
  const all = [...footage.corrections, ...corrections]
  if (all.length > CORRECTIONS_LIMIT) {
    throw new BluelampError(
      'conflict',
      `A recording keeps at most ${CORRECTIONS_LIMIT} corrections; this would make ${all.length}.`,
    )
  }
  const { officer, unit, borough, recordedAt, category, retentionGroup } = amendment
  return {
    acts,
    change: {
      marking,
      // A marking that is raised again is news again.
      ...(isServable(marking) && { alerted: undefined }),
      restrictions,
      corrections: all,
      ...(officer !== undefined && { officer }),
      ...(unit !== undefined && { unit }),
      ...(borough !== undefined && { borough: borough ?? undefined }),
      ...(retentionGroup !== undefined && { retentionGroup: retentionGroup ?? undefined }),
      ...(category !== undefined && { category: category ?? undefined }),
      ...(recordedAt !== undefined && { clock: { ...footage.clock, recordedAt } }),
    },
  }
}

function correctionsOf(footage: Footage, amendment: Amendment, author: Authorship): Correction[] {
  const current = { ...footage, recordedAt: footage.clock.recordedAt }
  return CORRECTABLE_FIELDS.flatMap((field) => {
    const to = amendment[field]
    const from = current[field] ?? null
    return to === undefined || to === from ? [] : [{ field, from, to, ...author }]
  })
}

const NOTHING = '(nothing)'

const actOf = ({ field, from, to }: Correction): Pick<AuditAct, 'action' | 'detail'> => ({
  action: field === 'category' ? 'category-changed' : 'metadata-corrected',
  detail: { field, from: from ?? NOTHING, to: to ?? NOTHING },
})

function retentionActs(
  { retentionGroup: before }: Footage,
  { retentionGroup: after }: Amendment,
): PlannedChange['acts'] {
  if (after === undefined || after === (before ?? null)) return []
  const detail = { from: before ?? NOTHING, to: after ?? NOTHING }
  return [{ action: 'retention-reviewed', detail }]
}

function restrictionActs(
  before: readonly Restriction[],
  after: readonly Restriction[],
): PlannedChange['acts'] {
  const set = after.filter((one) => !before.includes(one))
  const lifted = before.filter((one) => !after.includes(one))
  if (set.length + lifted.length === 0) return []
  const detail = { set: set.join(' ') || NOTHING, lifted: lifted.join(' ') || NOTHING }
  return [{ action: 'restrictions-changed', detail }]
}

function refuseImpossibleTime({ clock }: Footage, recordedAt: string | undefined): void {
  if (recordedAt === undefined) return
  const at = Date.parse(recordedAt)
  if (at >= EARLIEST && at <= Date.parse(clock.receivedAt)) return
  const message = `must lie between the year 2000 and ${clock.receivedAt}, when a dock reported it`
  throw new BluelampError('invalid-request', `Check the body: recordedAt ${message}.`, {
    errors: [{ field: 'recordedAt', message }],
  })
}
