import { NoteGivenUp } from './feed.ts'

/** The one programme of a transport stream, as its tables declare it. */
export type Programme = {
  video: { pid: number; codec: 'h264' | 'hevc' }
  audio: { pid: number; coding: 'adts' | 'other' } | null
}

/** Stream types of ISO/IEC 13818-1 table 2-34 (and ATSC A/53 for AC-3). */
const VIDEO_CODECS: ReadonlyMap<number, 'h264' | 'hevc'> = new Map([
  [0x1b, 'h264'],
  [0x24, 'hevc'],
])
const ADTS = 0x0f
const OTHER_SOUND = [0x03, 0x04, 0x11, 0x81, 0x87]
/** Timed metadata and sections: neither picture nor sound. */
const DATA = [0x05, 0x0d, 0x15]

/**
 * Where the map of the programme is, from the association table (§2.4.4.3).
 * @throws NoteGivenUp where there is not exactly one
 */
export function programmeMapPid(payload: Buffer): number {
  const section = sectionOf(payload, 0x00)
  const pids: number[] = []
  for (let at = 8; at + 4 <= section.length; at += 4) {
    const number = section.readUInt16BE(at)
    if (number !== 0) pids.push(section.readUInt16BE(at + 2) & 0x1fff)
  }
  const [pid] = pids
  if (pids.length !== 1 || pid === undefined) throw new NoteGivenUp(`${pids.length} programmes.`)
  return pid
}

/**
 * The tracks of the programme, from its map (§2.4.4.8).
 * @throws NoteGivenUp where it is not clear which of them are rendered
 */
export function readProgramme(payload: Buffer): Programme {
  const section = programmeMap(payload)
  let video: Programme['video'] | null = null
  let audio: Programme['audio'] = null
  for (const { type, pid } of entriesIn(section)) {
    const codec = VIDEO_CODECS.get(type)
    if (codec && !video) video = { pid, codec }
    else if ((type === ADTS || OTHER_SOUND.includes(type)) && !audio)
      audio = { pid, coding: type === ADTS ? 'adts' : 'other' }
    else if (!DATA.includes(type)) throw new NoteGivenUp(`A further track, of type ${type}.`)
  }
  if (!video) throw new NoteGivenUp('No picture track of a known kind.')
  return { video, audio }
}

/** A track in the map of a programme, and where its entry lies in the section. */
export type TrackEntry = { type: number; pid: number; at: number; end: number }

/** The entries of a map, one a track; the last may reach beyond the section. */
export function* entriesIn(section: Buffer): Generator<TrackEntry> {
  let at = 12 + (section.readUInt16BE(10) & 0xfff)
  while (at + 5 <= section.length) {
    const end = at + 5 + (section.readUInt16BE(at + 3) & 0xfff)
    yield { type: section.readUInt8(at), pid: section.readUInt16BE(at + 1) & 0x1fff, at, end }
    at = end
  }
}

/**
 * The section that is the map of a programme (§2.4.4.8), without its checksum.
 * @throws NoteGivenUp where it is not whole in this packet
 */
export function programmeMap(payload: Buffer): Buffer {
  const section = sectionOf(payload, 0x02)
  if (section.length < 12) throw new NoteGivenUp('A map that is cut off.')
  return section
}

/** A section that begins and ends in one packet, without its checksum (§2.4.4.1). */
function sectionOf(payload: Buffer, tableId: number): Buffer {
  const start = 1 + (payload[0] ?? 0)
  if (start + 3 > payload.length || payload[start] !== tableId)
    throw new NoteGivenUp('A table that is not what it should be.')
  const end = start + 3 + (payload.readUInt16BE(start + 1) & 0xfff)
  if (end > payload.length) throw new NoteGivenUp('A table in more than one packet.')
  return payload.subarray(start, end - 4)
}
