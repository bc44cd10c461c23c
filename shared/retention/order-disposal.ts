import { z } from 'zod'
import type { PlannedChange } from '../audit/planned-change.ts'
import { BluelampError } from '../errors.ts'
import { type Disposal, disposalSchema } from '../footage/disposal.ts'
import { type DisposalVerdict, disposalOf } from '../footage/disposal-of.ts'
import type { Footage } from '../footage/footage.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { type DisposalRule, disposalRuleSchema } from '../footage/retention-rules.ts'
import { type ChangeRequest, changeFootage } from '../manage/change.ts'
import { changeReasonSchema } from '../records/reason.ts'
import type { Services } from '../services.ts'

/** Why a recording is to be disposed of, and under which rule. */
export const disposalRequestSchema = z.strictObject({
  reason: changeReasonSchema,
  rule: disposalRuleSchema,
})

/** What was ordered, with the version that the recording has by it. */
export const disposalOrderSchema = z.object({
  id: footageIdSchema,
  edition: z.int(),
  disposal: disposalSchema,
})

/**
 * Orders that a recording be disposed of. It goes after a time in which that can be called off, and
 * only if the rule still lets it go then.
 * @throws BluelampError as changeFootage; `conflict` if a hold, a case, its rule or storage keeps it
 */
export const orderDisposal = (
  services: Services,
  request: ChangeRequest,
  rule: DisposalRule,
): Promise<Footage> =>
  changeFootage(services, request, 'dispose', async (footage, { by, at, reason }) => {
    if (footage.disposal?.rule === rule) return null
    const now = services.now()
    const verdict = disposalOf(footage, now, rule)
    if (!verdict.disposable) throw keptBy(verdict)
    const until = await services.erasure.retainedUntil(footage.id)
    if (until) throw keptByStorage(until)
    const notBefore = new Date(now.getTime() + services.config.disposalGraceMs).toISOString()
    const disposal: Disposal = { rule, since: verdict.since, by, at, reason, notBefore }
    const detail = { rule, since: verdict.since, notBefore }
    return { acts: [{ action: 'disposal-ordered', detail }], change: { disposal } }
  })

/**
 * Calls a disposal off, as long as it has not begun.
 * @throws BluelampError `not-found` if none was ordered
 */
export function planCallOff({ disposal }: Footage): PlannedChange {
  if (!disposal) throw new BluelampError('not-found', 'No disposal of it was ordered.')
  return {
    acts: [{ action: 'disposal-called-off', detail: { ordered: disposal.at } }],
    change: { disposal: undefined },
  }
}

/** Why a recording is kept although someone would dispose of it. */
function keptBy(verdict: Extract<DisposalVerdict, { disposable: false }>): BluelampError {
  const { because, by, rule, from } = verdict
  const words: Record<typeof because, string> = {
    held: `It is held: ${by.join(', ')}.`,
    'in-case': `It is material of a case: ${by.join(', ')}.`,
    inquiry: `An inquiry keeps it: ${by.join(', ')}.`,
    'not-reviewed': 'It is evidence, and nobody has reviewed how long to keep it.',
    'no-end': `It is kept under ${rule} until somebody reviews that.`,
    'not-due': `It is kept under ${rule} until ${from}.`,
    'other-rule': `It is kept under ${rule}, not under the rule that you name.`,
    unsettled: 'It is still being secured or rendered. Try again when it is ready.',
  }
  return new BluelampError('conflict', words[because], {
    facts: { because, ...(rule && { rule }), ...(from && { from }), ...(by.length > 0 && { by }) },
  })
}

const keptByStorage = (until: string): BluelampError =>
  new BluelampError('conflict', `Its original is immutable until ${until}.`, {
    facts: { because: 'immutable', from: until },
  })
