import { isServable } from '../clearance/marking.ts'
import { laneOf } from '../events/lane.ts'
import type { Lane } from '../events/messages.ts'
import type { Footage } from '../footage/footage.ts'
import type { ChunkRendition, FootageId } from '../footage/ids.ts'
import { isDisposed } from '../footage/state.ts'
import type { Services } from '../services.ts'

/** The renditions that one run over a chunk makes, in the order of what viewers miss most. */
const KINDS = ['copy', 'proxy', 'storyboard'] as const satisfies ChunkRendition[]

/**
 * Puts on queues whatever a recording still lacks: its poster, and each chunk that is not yet
 * published in every rendition asked for, the first chunk first. Sending it twice does no harm.
 * Chunks that were given up wait for a person's word. What is marked too high is left alone.
 * @param lane another than the recording's own, where someone waits for this
 */
export async function driveRenditions(
  services: Services,
  footage: Footage,
  lane: Lane = laneOf(footage),
): Promise<void> {
  if (!isServable(footage.marking) || isDisposed(footage.state)) return
  const { queues } = services
  const { id } = footage
  if (!footage.poster) await queues.send('make-poster', { footageId: id }, lane)
  const chunks = footage.renditions[0]?.chunks ?? 0
  const missing = await missingRenditions(services, footage, chunks)
  for (const [chunk, renditions] of missing.entries()) {
    if (renditions.length > 0) {
      await queues.send('render-chunk', { footageId: id, chunk, renditions }, lane)
    }
  }
}

async function missingRenditions(
  { renditionRows }: Services,
  { id, renditions }: Footage,
  chunks: number,
): Promise<ChunkRendition[][]> {
  const deferred = renditions.filter(({ state }) => state === 'deferred').map(({ kind }) => kind)
  // Where nothing is decoded there is no storyboard either.
  const decoded = renditions.some(({ kind }) => kind === 'proxy')
  const wanted = KINDS.filter(
    (kind) => (kind === 'copy' || decoded) && !deferred.some((other) => other === kind),
  )
  const published = new Map(
    await Promise.all(
      wanted.map(async (kind) => [kind, await chunksOf(renditionRows, id, kind)] as const),
    ),
  )
  const abandoned = new Set(
    (await renditionRows.listFailures(id))
      .filter((failure) => failure.abandoned)
      .map(({ chunk }) => chunk),
  )
  return Array.from({ length: chunks }, (_, chunk) =>
    abandoned.has(chunk) ? [] : wanted.filter((kind) => !published.get(kind)?.has(chunk)),
  )
}

/** The chunks of a rendition that are published already. */
export async function chunksOf(
  rows: Services['renditionRows'],
  id: FootageId,
  kind: ChunkRendition,
): Promise<Set<number>> {
  const published =
    kind === 'storyboard' ? await rows.listStoryboard(id) : await rows.list(id, kind)
  return new Set(published.map(({ chunk }) => chunk))
}
