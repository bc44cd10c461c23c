import { withdrawPackages } from '../export/end-package.ts'
import type { Disposal } from '../footage/disposal.ts'
import { disposalOf } from '../footage/disposal-of.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { advance, isDisposed } from '../footage/state.ts'
import type { Services } from '../services.ts'

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
