import { readAttributes, readLines } from './read-playlist.ts'

/** A segment of a variant, as far as bit rates go. */
export type Weight = { durationSeconds: number; bytes: number }
/** What a variant really consists of. */
export type Variant = { segments: readonly Weight[]; targetDurationSeconds: number }

/** How each attribute of EXT-X-STREAM-INF that we use is written (RFC 8216 §4.3.4.2). */
const ATTRIBUTES: Record<string, RegExp> = {
  BANDWIDTH: /^\d{1,20}$/,
  'AVERAGE-BANDWIDTH': /^\d{1,20}$/,
  CODECS: /^"[\w.]+(,[\w.]+)*"$/,
  RESOLUTION: /^\d+x\d+$/,
  'FRAME-RATE': /^\d+\.\d{3}$/,
}

/** Everything in which a master playlist breaks RFC 8216. `variants` by address. */
export function masterPlaylistFaults(
  text: string,
  variants: ReadonlyMap<string, Variant>,
): string[] {
  const { lines, faults } = readLines(text)
  const ids = new Set<string>()
  let stream: Map<string, string> | null = null
  for (const line of lines) {
    const fault = (what: string) => faults.push(`${what} (line ${line.number})`)
    if ('uri' in line) {
      const variant = variants.get(line.uri)
      if (!stream || !variant) fault('§4.3.4.2: an address without EXT-X-STREAM-INF')
      else checkRates(stream, variant, fault)
      stream = null
      continue
    }
    if (stream) fault('§4.3.4.2: EXT-X-STREAM-INF without an address after it')
    if (line.tag === 'EXT-X-STREAM-INF') {
      stream = readAttributes(line.value) ?? new Map()
      checkStream(stream, fault)
    } else if (line.tag === 'EXT-X-SESSION-DATA') {
      const data = readAttributes(line.value)
      const id = data?.get('DATA-ID') ?? ''
      if (!id || data?.has('VALUE') === data?.has('URI')) fault('§4.3.4.4: DATA-ID, VALUE or URI')
      if (ids.has(id)) fault(`§4.3.4.4: ${id} for the second time`)
      ids.add(id)
    } else if (!/^(EXTM3U|EXT-X-VERSION|EXT-X-INDEPENDENT-SEGMENTS)$/.test(line.tag)) {
      fault(`${line.tag} is no tag of a master playlist`)
    }
  }
  if (stream) faults.push('§4.3.4.2: EXT-X-STREAM-INF without an address after it')
  return faults
}

function checkStream(stream: Map<string, string>, fault: (what: string) => void): void {
  if (!stream.has('BANDWIDTH')) fault('§4.3.4.2: BANDWIDTH is missing')
  for (const [name, value] of stream) {
    if (!ATTRIBUTES[name]) fault(`${name} is no attribute of EXT-X-STREAM-INF`)
    else if (!ATTRIBUTES[name].test(value)) fault(`§4.2: ${name}=${value}`)
  }
}

function checkRates(
  stream: Map<string, string>,
  { segments, targetDurationSeconds }: Variant,
  fault: (what: string) => void,
): void {
  const peak = Math.ceil(peakBitRate(segments, targetDurationSeconds))
  const average = Math.ceil(bitRate(segments))
  if (Number(stream.get('BANDWIDTH')) !== Math.max(peak, average))
    fault(`§4.3.4.2: BANDWIDTH=${stream.get('BANDWIDTH')}, the peak is ${peak}`)
  if (Number(stream.get('AVERAGE-BANDWIDTH')) !== average)
    fault(`§4.3.4.2: AVERAGE-BANDWIDTH=${stream.get('AVERAGE-BANDWIDTH')}, it is ${average}`)
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

function bitRate(segments: readonly Weight[]): number {
  return (
    (8 * sum(segments.map(({ bytes }) => bytes))) /
    sum(segments.map(({ durationSeconds }) => durationSeconds))
  )
}

/**
 * RFC 8216 §4.1: the largest bit rate of any contiguous set of segments that lasts between half and
 * one and a half times the target duration.
 */
function peakBitRate(segments: readonly Weight[], target: number): number {
  const sets = segments.flatMap((_, from) =>
    segments.slice(from).map((_, length) => segments.slice(from, from + length + 1)),
  )
  const counted = sets.filter((set) => {
    const seconds = sum(set.map(({ durationSeconds }) => durationSeconds))
    return seconds >= 0.5 * target && seconds <= 1.5 * target
  })
  return Math.max(0, ...counted.map(bitRate))
}
