import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChunkResult, Segment } from '../../../shared/media/chunk-result.ts'
import type { ChunkPlan, RenditionPlan } from '../../../shared/media/plan.ts'
import { CHUNK_BOUNDS } from '../../../shared/media/planning/cut-chunks.ts'
import { planRenditions } from '../../../shared/media/planning/plan-renditions.ts'
import { masterPlaylist, mediaPlaylist } from '../../../shared/media/playlist.ts'
import {
  endsSegment,
  LONGEST_SEGMENT_SECONDS,
  SEGMENT_SECONDS,
} from '../../../shared/media/segments.ts'
import { masterPlaylistFaults } from '../../hls/master-playlist-faults.ts'
import { growthFaults, mediaPlaylistFaults } from '../../hls/media-playlist-faults.ts'
import { bodyCamera, chunkResult, steadyKeyframes, streamOutput } from './fixtures.ts'

const KINDS = ['copy', 'proxy'] as const
/** Of the pictures of these recordings. */
const PICTURE_SECONDS = 0.04
const TICKS = bodyCamera.video.timeBase[1]

/** A recording with keyframes anywhere, of which chunks are finished in any order. */
const recordings = fc
  .record({
    distances: fc.array(
      fc.oneof(
        fc.constant(2),
        fc.constant(6),
        fc.integer({ min: 1, max: 500 }).map((n) => n * PICTURE_SECONDS),
      ),
      { minLength: 1, maxLength: 60 },
    ),
    chunkSeconds: fc.integer({ min: 5, max: 60 }),
    seed: fc.nat(),
  })
  .chain(({ distances, chunkSeconds, seed }) => {
    const plan = planOf(distances, chunkSeconds)
    const results = plan.chunks.map((chunk) => resultOf(plan, chunk, distances, seed))
    return fc.record({
      plan: fc.constant(plan),
      finished: fc.shuffledSubarray(results, { minLength: results.length }),
    })
  })

describe('playlists conform to RFC 8216', () => {
  it('at every moment of a rendering, and only grow', () => {
    fc.assert(
      fc.property(recordings, ({ plan, finished }) => {
        for (const kind of KINDS) {
          let before = ''
          for (const [n] of finished.entries()) {
            const done = finished.slice(0, n + 1)
            // Until then there is nothing to play, and no playlist is served.
            if (!done.some(({ index }) => index === 0)) continue
            const text = mediaOf(kind, plan, done)
            expect(mediaPlaylistFaults(text, sizesOf(kind, text, done))).toEqual([])
            if (before) expect(growthFaults(before, text)).toEqual([])
            before = text
          }
          if (before.includes('#EXT-X-INDEPENDENT-SEGMENTS')) {
            const segments = finished.flatMap((result) => result[kind]?.segments ?? [])
            expect(segments.filter(({ independent }) => !independent)).toEqual([])
          }
          expect(before.endsWith('\n#EXT-X-ENDLIST\n')).toBe(true)
        }
      }),
    )
  })

  it('and tell the bit rates that the segments have', () => {
    fc.assert(
      fc.property(recordings, ({ plan, finished }) => {
        const results = finished.toSorted((a, b) => a.index - b.index)
        const text = masterPlaylist({ results, plan, uri: (kind) => kind })
        const variants = KINDS.map((kind) => {
          const segments = results.flatMap((result) => result[kind]?.segments ?? [])
          return [kind, { segments, targetDurationSeconds: plan.targetDurationSeconds }] as const
        })
        expect(masterPlaylistFaults(text, new Map(variants))).toEqual([])
      }),
    )
  })
})

function planOf(distances: readonly number[], chunkSeconds: number): RenditionPlan {
  const ticks = distances.map((distance) => Math.round(distance * TICKS))
  const pts = [0]
  for (const distance of ticks) pts.push((pts.at(-1) ?? 0) + distance)
  const endPts = pts.pop() ?? 0
  const counted = { packets: [], bytes: [] }
  const keyframes = { ...steadyKeyframes(2), ...counted, pts, endPts }
  return planRenditions(bodyCamera, keyframes, { ...CHUNK_BOUNDS, seconds: chunkSeconds })
}

/** What rendering makes of a chunk, as far as playlists see it. */
function resultOf(
  plan: RenditionPlan,
  chunk: ChunkPlan,
  distances: readonly number[],
  seed: number,
): ChunkResult {
  const end = chunk.startSeconds + chunk.durationSeconds
  const keyframes = distances
    .map((_, n) => distances.slice(0, n).reduce((total, distance) => total + distance, 0))
    .filter((at) => at > chunk.startSeconds + 0.001 && at < end - 0.001)
  const forced = Array.from(
    { length: Math.ceil(chunk.durationSeconds / SEGMENT_SECONDS) },
    (_, n) => chunk.startSeconds + n * SEGMENT_SECONDS,
  ).slice(1)
  return chunkResult(chunk.index, {
    copy: output(segmentsOf(chunk.startSeconds, keyframes, end, seed)),
    proxy: output(segmentsOf(chunk.startSeconds, forced, end, seed + 1), plan.proxy),
  })
}

function segmentsOf(from: number, keyframes: number[], end: number, seed: number): Segment[] {
  const segments: Segment[] = []
  let start = from
  let independent = true
  const cut = (at: number, startsWithKeyframe: boolean) => {
    const bytes = 1 + (((seed + 1) * (segments.length + 7) * 7919) % 1_000_000)
    segments.push({ durationSeconds: at - start, bytes, independent })
    start = at
    independent = startsWithKeyframe
  }
  for (const at of [...keyframes, end]) {
    while (at - start > LONGEST_SEGMENT_SECONDS) cut(start + LONGEST_SEGMENT_SECONDS, false)
    if (at === end || endsSegment(at - start, true)) cut(at, true)
  }
  return segments
}

function output(segments: Segment[], size = {}): ReturnType<typeof streamOutput> {
  const bytes = segments.reduce((total, segment) => total + segment.bytes, 1_000)
  return streamOutput([], { ...size, segments, bytes })
}

const mediaOf = (kind: 'copy' | 'proxy', plan: RenditionPlan, results: ChunkResult[]): string =>
  mediaPlaylist({
    ...{ kind, results, chunkCount: plan.chunks.length },
    targetDurationSeconds: plan.targetDurationSeconds,
    uri: (chunk) => `${kind}-${chunk}.mp4`,
  })

/** The sizes of the files that a playlist names. */
const sizesOf = (
  kind: 'copy' | 'proxy',
  text: string,
  results: ChunkResult[],
): Map<string, number> =>
  new Map(
    results
      .map((result) => [`${kind}-${result.index}.mp4`, result[kind]?.bytes ?? 0] as const)
      .filter(([uri]) => text.includes(uri)),
  )
