import { isServable } from '../clearance/marking.ts'
import { announce } from '../events/announce.ts'
import type { Lane, Work } from '../events/messages.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { findPart, type OriginalPart } from '../footage/parts.ts'
import type { RenditionProgress } from '../footage/renditions.ts'
import { advance, isDisposed } from '../footage/state.ts'
import { recordSecured } from '../ingest/secure-part.ts'
import type { MediaDescription, Unplayable } from '../media/description.ts'
import { noteOfLeftOut } from '../media/left-out.ts'
import type { RenditionPlan } from '../media/plan.ts'
import { flawOfPlan } from '../media/planning/flaw-of-plan.ts'
import { planRenditions } from '../media/planning/plan-renditions.ts'
import { readKeyframes } from '../media/probing/keyframes.ts'
import { probe } from '../media/probing/probe.ts'
import type { Services } from '../services.ts'
import { driveRenditions } from './drive-renditions.ts'
import { alertIfIsolated } from './isolate.ts'
import { isProxyEager } from './rendition-policy.ts'
import { rollUp } from './roll-up.ts'

/**
 * Looks at a secured recording, plans how it is rendered, and puts the work on queues. What cannot
 * be played becomes `unplayable` and is not decoded again without a person's word. What is marked
 * too high for this cloud is left alone. What is planned in the urgent lane is rendered in it.
 */
export async function planFootage(
  services: Services,
  { footageId: id, redrive }: Work<'plan-renditions'>,
  signal: AbortSignal,
  lane: Lane,
): Promise<void> {
  const { catalogue, renditions, log } = services
  const footage = await recordSecured(services, id, 'recording')
  const original = findPart(footage, 'recording')?.original
  if (isDisposed(footage.state)) return
  if (!original) return log.warn('there is no original to render', { footageId: id })
  if (!isServable(footage.marking)) return alertIfIsolated(services, footage)
  if (footage.state === 'unplayable' && !redrive) return
  if (footage.renditions.length > 0 && !redrive) return driveRenditions(services, footage, lane)

  const plan = await planOf(services, id, original, signal)
  if ('reason' in plan) return giveUp(services, footage, plan)
  await renditions.putPlan(id, plan)
  const planned = await catalogue.change(id, (current) => {
    // Another worker has planned it meanwhile, and rendering may even be over.
    if (current.renditions.length > 0 && !redrive) return null
    return {
      state: current.state === 'rendering' ? current.state : advance(current.state, 'rendering'),
      media: describeForPeople(plan),
      unplayable: undefined,
      failure: undefined,
      renditions:
        current.renditions.length > 0 ? current.renditions : progressOf(services, current, plan),
    }
  })
  await driveRenditions(services, planned, planned.urgent ? 'urgent' : lane)
  // Where nothing was missing, nothing will arrive to bring the state up to date.
  await rollUp(services, id)
}

async function planOf(
  { mediaTools, originals, keyframeNotes, headers }: Services,
  id: FootageId,
  original: OriginalPart,
  signal: AbortSignal,
): Promise<RenditionPlan | Unplayable> {
  const tools = await mediaTools()
  const source = await headers.open(original.blob, originals.source(original), signal)
  const probed = await probe(source, tools, signal)
  if (!probed.playable) return probed
  const note = await keyframeNotes.find(id, original.sha256)
  const found = await readKeyframes(source, probed.media, tools, signal, note)
  if (!found.playable) return found
  const plan = planRenditions(probed.media, found.keyframes)
  return flawOfPlan(plan, found.keyframes) ?? plan
}

async function giveUp(
  services: Services,
  { id }: Footage,
  { reason, detail }: Unplayable,
): Promise<void> {
  const footage = await services.catalogue.change(id, ({ state }) =>
    state === 'unplayable'
      ? null
      : { state: advance(state, 'unplayable'), unplayable: { reason, detail } },
  )
  await announce(services, footage)
}

function progressOf(
  { config }: Services,
  footage: Footage,
  plan: RenditionPlan,
): RenditionProgress[] {
  const chunks = plan.chunks.length
  const eager = isProxyEager(config.proxyPolicy, footage, plan)
  const copy: RenditionProgress = { kind: 'copy', state: 'rendering', chunks, finished: 0 }
  if (plan.proxyOmitted !== null) return [copy]
  return [
    copy,
    eager
      ? { kind: 'proxy', state: 'rendering', chunks, finished: 0 }
      : { kind: 'proxy', state: 'deferred', chunks, finished: 0, atFirstView: true },
  ]
}

function describeForPeople({
  media,
  durationSeconds,
  truncatedAtSeconds,
  readUntil,
  clockTurnsBack,
  proxyOmitted,
}: RenditionPlan): NonNullable<Footage['media']> {
  const { video, audio, container }: MediaDescription = media
  const notes = [
    noteOfLeftOut(media.leftOut, media),
    readUntil !== null &&
      `Its clock begins anew after ${durationSeconds.toFixed(1)} seconds: what follows is not played, but kept in the original.`,
    truncatedAtSeconds !== null &&
      `The recording breaks off after ${truncatedAtSeconds.toFixed(1)} seconds.`,
    clockTurnsBack &&
      'Its clock is set back within the recording: pictures of different times are shown over each other here, and the proxy lacks some. Examine the original.',
    proxyOmitted !== null &&
      `It has no proxy and no storyboard: ${proxyOmitted}. Players can jump only to what they have loaded.`,
  ].filter((note) => typeof note === 'string')
  return {
    container,
    durationSeconds,
    video: { codec: video.codec, width: video.width, height: video.height },
    audio: audio && { codec: audio.codec },
    ...(notes.length > 0 && { note: notes.join(' ') }),
  }
}
