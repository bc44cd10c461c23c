import { announce } from '../events/announce.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId, PlayableKind } from '../footage/ids.ts'
import type { RenditionProgress } from '../footage/renditions.ts'
import { canBecome } from '../footage/state.ts'
import type { Services } from '../services.ts'
import type { FootageChange } from '../storage/tables/catalogue.ts'
import type { FailureRow } from '../storage/tables/rendition-rows.ts'

/** How many chunks of each rendition are published, and which were given up. */
export type Tally = { finished: Record<PlayableKind, number>; abandoned: FailureRow[] }

/** Brings the progress and state of a recording into line with its published chunks. */
export async function rollUp(services: Services, id: FootageId): Promise<void> {
  const { catalogue, renditionRows } = services
  const [copy, proxy, failures] = await Promise.all([
    renditionRows.list(id, 'copy'),
    renditionRows.list(id, 'proxy'),
    renditionRows.listFailures(id),
  ])
  const tally: Tally = {
    finished: { copy: copy.length, proxy: proxy.length },
    abandoned: failures.filter(({ abandoned }) => abandoned),
  }
  await announce(services, await catalogue.change(id, (footage) => progressAfter(footage, tally)))
}

/** What a tally changes in a recording; null for nothing. Progress never goes back. */
export function progressAfter(footage: Footage, tally: Tally): FootageChange | null {
  // Not planned yet: that nothing is published says nothing.
  if (footage.renditions.length === 0) return null
  const renditions = footage.renditions.map((rendition) => progressOf(rendition, tally))
  const state = stateAfter(footage.state, renditions)
  const unchanged = JSON.stringify(renditions) === JSON.stringify(footage.renditions)
  if (unchanged && state === footage.state) return null
  if (state !== 'unplayable') return { renditions, state }
  const detail =
    renditions.find(({ failure }) => failure)?.failure ?? 'No part of it could be rendered.'
  return { renditions, state, unplayable: { reason: 'render-failed', detail } }
}

function progressOf(
  rendition: RenditionProgress,
  { finished, abandoned }: Tally,
): RenditionProgress {
  if (rendition.state === 'deferred') return rendition
  const { failure: _failure, ...rest } = rendition
  const done = Math.max(rendition.finished, finished[rendition.kind])
  if (done >= rendition.chunks) return { ...rest, state: 'ready', finished: done }
  const given = abandoned.filter(({ renditions }) => renditions.includes(rendition.kind))
  const failure = given[0]?.reason
  if (failure === undefined) return { ...rest, state: 'rendering', finished: done }
  const state = done + given.length >= rendition.chunks ? 'failed' : 'rendering'
  return { ...rest, state, finished: done, failure }
}

function stateAfter(state: Footage['state'], renditions: RenditionProgress[]): Footage['state'] {
  if (renditions.some((rendition) => rendition.state === 'rendering')) return state
  const anyPlayable = renditions.some(({ finished }) => finished > 0)
  const settled = anyPlayable ? 'ready' : 'unplayable'
  return canBecome(state, settled) ? settled : state
}
