import type { ChunkResult, StoryboardOutput } from './chunk-result.ts'

/**
 * The storyboard as WebVTT with a spatial media fragment for each tile
 * (W3C Media Fragments 1.0 §4.2.2: `#xywh=x,y,width,height`).
 * Chunks that are not finished are simply not in it yet, and those without a sheet never.
 */
export function storyboardTrack(
  results: readonly Pick<ChunkResult, 'index' | 'storyboard'>[],
  uri: (chunkIndex: number) => string,
): string {
  const cues = results
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ index, storyboard }) => (storyboard ? tileCues(storyboard, uri(index)) : []))
  return ['WEBVTT', '', ...cues].join('\n')
}

function tileCues(sheet: StoryboardOutput, uri: string): string[] {
  const { startSeconds, endSeconds, intervalSeconds, columns, tileWidth, tileHeight } = sheet
  return Array.from({ length: sheet.tiles }, (_, tile) => {
    const from = startSeconds + tile * intervalSeconds
    const to = Math.min(from + intervalSeconds, endSeconds)
    const x = (tile % columns) * tileWidth
    const y = Math.floor(tile / columns) * tileHeight
    return [
      `${timestamp(from)} --> ${timestamp(Math.max(to, from + 0.001))}`,
      `${uri}#xywh=${x},${y},${tileWidth},${tileHeight}`,
      '',
    ].join('\n')
  })
}

/** WebVTT §3.3: hours, minutes, seconds, milliseconds. */
function timestamp(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000)
  const part = (unit: number, size: number, digits: number) =>
    `${Math.floor(milliseconds / unit) % size}`.padStart(digits, '0')
  const hours = `${Math.floor(milliseconds / 3_600_000)}`.padStart(2, '0')
  return `${hours}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}.${part(1, 1000, 3)}`
}
