import { readAttributes, readLines, readRange } from './read-playlist.ts'

/** Tags of RFC 8216 that our media playlists may use, and the version that each needs (§7). */
const VERSION_NEEDED: Record<string, number> = {
  EXTM3U: 1,
  'EXT-X-VERSION': 1,
  'EXT-X-TARGETDURATION': 1,
  'EXT-X-MEDIA-SEQUENCE': 1,
  'EXT-X-PLAYLIST-TYPE': 1,
  'EXT-X-INDEPENDENT-SEGMENTS': 1,
  'EXT-X-START': 1,
  'EXT-X-DISCONTINUITY': 1,
  'EXT-X-ENDLIST': 1,
  EXTINF: 1,
  'EXT-X-BYTERANGE': 4,
  'EXT-X-MAP': 6,
}
/** Once a playlist at most; all but the last before the first segment. */
const ONCE = [
  ...['EXTM3U', 'EXT-X-VERSION', 'EXT-X-TARGETDURATION', 'EXT-X-MEDIA-SEQUENCE'],
  ...['EXT-X-PLAYLIST-TYPE', 'EXT-X-INDEPENDENT-SEGMENTS', 'EXT-X-START', 'EXT-X-ENDLIST'],
]

/**
 * Everything in which a media playlist of fragmented MP4 breaks RFC 8216, with the clause; and,
 * stricter than that, segments that leave out or share bytes of a file.
 * @param sizes of the files, by address
 */
export function mediaPlaylistFaults(text: string, sizes: ReadonlyMap<string, number>): string[] {
  const { lines, faults } = readLines(text)
  const seen = new Map<string, string>()
  const readTo = new Map<string, number>()
  let version = 1
  let segments = 0
  let map: string | null = null
  let duration: string | null = null
  let range: { from: number; to: number } | null = null

  for (const line of lines) {
    const fault = (what: string) => faults.push(`${what} (line ${line.number})`)
    if (seen.has('EXT-X-ENDLIST')) fault('nothing may follow EXT-X-ENDLIST')
    if ('uri' in line) endSegment(line.uri, fault)
    else tag(line.tag, line.value, fault)
  }
  for (const needed of ['EXT-X-TARGETDURATION', 'EXT-X-VERSION'])
    if (!seen.has(needed)) faults.push(`§4.3: ${needed} is missing`)
  if (duration !== null || range !== null) faults.push('§4.3.2: the last segment has no address')
  for (const [uri, to] of readTo)
    if (to !== sizes.get(uri)) faults.push(`${uri} is read to ${to} of ${sizes.get(uri)} bytes`)
  return faults

  function tag(name: string, value: string, fault: (what: string) => void): void {
    const needed = VERSION_NEEDED[name]
    if (needed === undefined) return void fault(`${name} is no tag of a media playlist`)
    if (name === 'EXT-X-VERSION') version = Number(value)
    if (needed > version) fault(`§7: ${name} needs version ${needed}, declared is ${version}`)
    if (ONCE.includes(name)) {
      if (seen.has(name)) fault(`§4.3: ${name} for the second time`)
      if (segments > 0 && name !== 'EXT-X-ENDLIST') fault(`§4.3: ${name} after a segment`)
    }
    seen.set(name, value)
    if (name === 'EXTINF') takeDuration(value, fault)
    if (name === 'EXT-X-BYTERANGE') {
      range = readRange(value)
      if (!range) fault(`§4.3.2.2: "${value}" is no range with an offset`)
    }
    if (name === 'EXT-X-MAP') takeMap(value, fault)
    if (name === 'EXT-X-START') checkStart(value, fault)
    if (name === 'EXT-X-PLAYLIST-TYPE' && !/^(EVENT|VOD)$/.test(value)) fault('§4.3.3.5: type')
    if (/TARGETDURATION|MEDIA-SEQUENCE|VERSION/.test(name) && !/^\d{1,20}$/.test(value))
      fault(`§4.2: ${name} is no decimal integer`)
  }

  function takeDuration(value: string, fault: (what: string) => void): void {
    const [, seconds = ''] = /^(\d+(?:\.\d+)?),/.exec(value) ?? []
    if (seconds === '') fault(`§4.3.2.1: "${value}" is no duration with a comma`)
    if (seconds.includes('.') && version < 3) fault('§7: fractions of a second need version 3')
    if (Math.round(Number(seconds)) > Number(seen.get('EXT-X-TARGETDURATION')))
      fault(`§4.3.3.1: ${seconds} s are more than the target duration`)
    duration = seconds
  }

  function takeMap(value: string, fault: (what: string) => void): void {
    const attributes = readAttributes(value)
    const uri = attributes?.get('URI')?.slice(1, -1)
    const init = readRange(attributes?.get('BYTERANGE')?.slice(1, -1) ?? '')
    if (!uri || !init) return void fault('§4.3.2.5: EXT-X-MAP without URI or BYTERANGE')
    if (init.from !== 0) fault('the initialisation section is not at the beginning of its file')
    map = uri
    readTo.set(uri, init.to)
  }

  function endSegment(uri: string, fault: (what: string) => void): void {
    if (duration === null) fault('§4.3.2.1: a segment without EXTINF')
    if (map === null) fault('§3.3: a segment before any EXT-X-MAP')
    else if (map !== uri) fault('a segment under the initialisation section of another file')
    if (!range) fault('a segment without a range of its own')
    else if (range.from !== readTo.get(uri)) fault(`bytes before ${range.from} belong to nothing`)
    readTo.set(uri, range?.to ?? 0)
    segments++
    duration = null
    range = null
  }
}

function checkStart(value: string, fault: (what: string) => void): void {
  const attributes = readAttributes(value)
  if (!/^-?\d+(\.\d+)?$/.test(attributes?.get('TIME-OFFSET') ?? ''))
    fault('§4.3.5.2: EXT-X-START without TIME-OFFSET')
  if (!/^(YES|NO)$/.test(attributes?.get('PRECISE') ?? 'NO')) fault('§4.3.5.2: PRECISE')
}

/** RFC 8216 §4.3.3.5 and §6.2.1: of an EVENT playlist nothing changes; lines are appended. */
export function growthFaults(before: string, after: string): string[] {
  if (before.includes('#EXT-X-ENDLIST')) return before === after ? [] : ['changed after its end']
  return after.startsWith(before) ? [] : ['§6.2.1: what stood there before was changed']
}
