import { nothingHere } from '../errors.ts'
import { chunkName, type FootageId, type PlayableKind } from '../footage/ids.ts'
import { masterPlaylist, mediaPlaylist, type StreamedChunk } from '../media/playlist.ts'
import { storyboardTrack } from '../media/storyboard.ts'
import type { Renditions } from './blobs/renditions.ts'
import type { RenditionRows, StreamRow } from './tables/rendition-rows.ts'

/** What players are told of a recording. Names are relative: they lead back to the same ticket. */
export type Playlists = {
  /** @throws BluelampError `not-found` before the first chunk of any rendition */
  master(id: FootageId): Promise<string>
  /** @throws BluelampError `not-found` before its first chunk */
  media(id: FootageId, kind: PlayableKind): Promise<string>
  storyboard(id: FootageId): Promise<string>
}

/** Texts that an instance keeps; one of a twelve-hour recording has some hundred thousand characters. */
const KEPT_CHARACTERS = 32_000_000

/**
 * Made of the rows of what is published. A chunk is published once and for good, so a text about all
 * chunks never changes: it is kept, and the next request for it reads nothing.
 */
export function createPlaylists(renditionRows: RenditionRows, renditions: Renditions): Playlists {
  const kept = new Map<string, string>()

  const lasting = async (
    key: string,
    make: () => Promise<{ text: string; isWhole: boolean }>,
  ): Promise<string> => {
    const known = kept.get(key)
    const { text, isWhole } = known === undefined ? await make() : { text: known, isWhole: true }
    if (isWhole) keep(kept, key, text)
    return text
  }

  return {
    master: (id) =>
      lasting(`${id}/master`, async () => {
        const [plan, copy, proxy] = await Promise.all([
          renditions.readPlan(id),
          renditionRows.list(id, 'copy'),
          renditionRows.list(id, 'proxy'),
        ])
        // A rendition whose first chunk is missing cannot be begun yet.
        const begun = [streamed('copy', copy), streamed('proxy', proxy)]
          .filter(([first]) => first?.index === 0)
          .flat()
        if (begun.length === 0) throw nothingHere()
        const isWhole = [copy, proxy].every(({ length }) => length === plan.chunks.length)
        const text = masterPlaylist({ results: begun, plan, uri: (kind) => `${kind}.m3u8` })
        return { text, isWhole }
      }),
    media: (id, kind) =>
      lasting(`${id}/${kind}`, async () => {
        const [plan, rows] = await Promise.all([
          renditions.readPlan(id),
          renditionRows.list(id, kind),
        ])
        if (rows[0]?.chunk !== 0) throw nothingHere()
        const text = mediaPlaylist({
          kind,
          results: streamed(kind, rows),
          chunkCount: plan.chunks.length,
          targetDurationSeconds: plan.targetDurationSeconds,
          uri: (chunk) => `${kind}-${chunkName(chunk)}.mp4`,
        })
        return { text, isWhole: rows.length === plan.chunks.length }
      }),
    storyboard: (id) =>
      lasting(`${id}/storyboard`, async () => {
        const [plan, rows] = await Promise.all([
          renditions.readPlan(id),
          renditionRows.listStoryboard(id),
        ])
        const text = storyboardTrack(
          rows.map(({ chunk, output }) => ({ index: chunk, storyboard: output })),
          (chunk) => `storyboard-${chunkName(chunk)}.jpg`,
        )
        return { text, isWhole: rows.length === plan.chunks.length }
      }),
  }
}

/** The published chunks of one rendition, as playlists are made of them. */
const streamed = (kind: PlayableKind, rows: StreamRow[]): StreamedChunk[] =>
  rows.map(({ chunk, output }) => ({ index: chunk, copy: null, proxy: null, [kind]: output }))

/** Set anew: a map gives up its oldest entries first. */
function keep(kept: Map<string, string>, key: string, text: string): void {
  kept.delete(key)
  kept.set(key, text)
  let characters = [...kept.values()].reduce((sum, { length }) => sum + length, 0)
  for (const [oldest, { length }] of kept) {
    if (characters <= KEPT_CHARACTERS) return
    kept.delete(oldest)
    characters -= length
  }
}
