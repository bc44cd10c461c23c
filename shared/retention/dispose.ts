import { z } from 'zod'
import type { PlannedChange } from '../audit/planned-change.ts'
import { BluelampError } from '../errors.ts'
import { withdrawPackages } from '../export/end-package.ts'
import { type Disposal, disposalSchema } from '../footage/disposal.ts'
import { type DisposalVerdict, disposalOf } from '../footage/disposal-of.ts'
import type { Footage } from '../footage/footage.ts'
import { type FootageId, footageIdSchema } from '../footage/ids.ts'
import { type DisposalRule, disposalRuleSchema } from '../footage/retention-rules.ts'
import { advance, isDisposed } from '../footage/state.ts'
import type { ChangeRequest } from '../manage/change.ts'
import { changeFootage } from '../manage/change.ts'
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

/**
 * Disposes of a recording once the time to call that off is over: takes it away from everyone, erases
 * every version of its bytes and every row of its renditions, and leaves a truth that says what it
 * was, by which rule it went and by whose word. Its audit trail stays. May be called again at any
 * point: what is begun is finished, and each step finds done what is done.
 */
export async function carryOutDisposal(services: Services, id: FootageId): Promise<void> {
  const { catalogue, index, erasure, renditionRows, securingProgress, originals, events } = services
  const footage = await begin(services, await catalogue.get(id))
  const { state, disposal } = footage
  if (state !== 'disposing' || !disposal) return
  await index.removePaths(footage)
  await withdrawPackages(services, id, 'the recording is disposed of')
  await erasure.erase(id)
  await renditionRows.clear(id)
  await securingProgress.clear(id)
  const remains = remainsOf(footage, disposal)
  await services.audit.appendOnce(id, {
    action: 'footage-disposed',
    actor: 'service',
    reason: disposal.reason,
    detail: { ...wordOf(disposal), ...digestsOf(remains.disposal.erased) },
  })
  // Storage alone must be enough to know what became of it.
  await originals.putMetadata(id, { ...footage, ...remains })
  await events.publish({ type: 'Bluelamp.FootageDisposed', footageId: id })
  await catalogue.change(id, (current) => (current.state === 'disposing' ? remains : null))
}

/** Takes a recording away, if it may go by now; calls its disposal off if something keeps it. */
async function begin(services: Services, footage: Footage): Promise<Footage> {
  const { catalogue, erasure, audit, now } = services
  const { id, state, disposal } = footage
  if (isDisposed(state) || !disposal || now().getTime() < Date.parse(disposal.notBefore)) {
    return footage
  }
  const verdict = disposalOf(footage, now(), disposal.rule)
  const until = await erasure.retainedUntil(id)
  if (!verdict.disposable || until) {
    // A worker is at it: the next run looks again.
    if (!verdict.disposable && verdict.because === 'unsettled') return footage
    return callOff(services, id, disposal, verdict.disposable ? 'immutable' : verdict.because)
  }
  await audit.appendOnce(id, {
    action: 'disposal-begun',
    actor: 'service',
    reason: disposal.reason,
    detail: wordOf(disposal),
  })
  return catalogue.change(id, (current) => {
    if (current.disposal?.at !== disposal.at || isDisposed(current.state)) return null
    if (!disposalOf(current, now(), disposal.rule).disposable) return null
    return {
      state: advance(current.state, 'disposing'),
      disposal: { ...disposal, begunAt: now().toISOString() },
    }
  })
}

async function callOff(
  { audit, catalogue }: Services,
  id: FootageId,
  { at }: Disposal,
  because: string,
): Promise<Footage> {
  await audit.appendOnce(id, {
    action: 'disposal-called-off',
    actor: 'service',
    detail: { ordered: at, because },
  })
  return catalogue.change(id, ({ disposal }) =>
    disposal?.at === at ? { disposal: undefined } : null,
  )
}

/** Whose word a disposal is, and what it rests on. */
const wordOf = ({ rule, since, by, at }: Disposal) => ({ rule, since, by, ordered: at })

const digestsOf = (erased: NonNullable<Disposal['erased']>): Record<string, string> =>
  Object.fromEntries(erased.map(({ part, sha256 }) => [`sha256 of ${part}`, sha256]))

/** What is left of a recording: who could have listed it, what it was, and how it went. */
const remainsOf = ({ state, parts }: Footage, disposal: Disposal) => ({
  state: advance(state, 'disposed'),
  disposal: {
    ...disposal,
    erased: parts.flatMap(({ part, original }) =>
      original ? [{ part, sha256: original.sha256, size: original.size }] : [],
    ),
  },
  parts: parts.map((part) => ({ ...part, mismatches: [] })),
  corrections: [],
  renditions: [],
  poster: undefined,
  media: undefined,
  category: undefined,
  unplayable: undefined,
  failure: undefined,
})

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
