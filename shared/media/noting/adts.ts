import { z } from 'zod'
import { NoteGivenUp } from './feed.ts'

/** ISO/IEC 14496-3 table 1.18. */
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
]
const FRAME_SAMPLES = 1024
const HEADER_BYTES = 7
const TICKS = 90_000

/** Where a walk stands: another worker may go on from there. */
export const adtsStateSchema = z.object({
  /** Bytes of the frame that are still to come; the next one begins after them. */
  left: z.int().nonnegative(),
  /** The beginning of a header that is cut. */
  header: z.array(z.int()),
  /** When the next frame is heard, if nothing says otherwise; null before the first. */
  next: z.number().nullable(),
  /** The time of the PES packet, for the first frame that begins in it. */
  given: z.number().nullable(),
})
export type AdtsState = z.infer<typeof adtsStateSchema>

/** Before the first frame. */
export const adtsStart = (): AdtsState => ({ left: 0, header: [], next: null, given: null })

/**
 * Walks over the frames of AAC sound in ADTS (ISO/IEC 14496-3 §1.A.3.2) from header to header and
 * tells when each begins and ends to be heard.
 * @throws NoteGivenUp where a header is missing
 */
export function walkAdts(
  state: AdtsState,
  payload: Buffer,
  heard: (pts: number, end: number) => void,
): void {
  for (let at = 0; at < payload.length; ) {
    if (state.left > 0) {
      const passed = Math.min(state.left, payload.length - at)
      state.left -= passed
      at += passed
      continue
    }
    state.header.push(payload.readUInt8(at++))
    if (state.header.length === 1) {
      state.next = state.given ?? state.next
      state.given = null
    }
    if (state.header.length < HEADER_BYTES) continue
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0] =
      state.header
    const bytes = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5)
    const rate = SAMPLE_RATES[(third >> 2) & 0xf]
    if (first !== 0xff || (second & 0xf6) !== 0xf0 || bytes < HEADER_BYTES || !rate)
      throw new NoteGivenUp('Sound without a frame header.')
    const ticks = (((seventh & 3) + 1) * FRAME_SAMPLES * TICKS) / rate
    state.header = []
    state.left = bytes - HEADER_BYTES
    if (state.next === null) continue
    heard(Math.round(state.next), Math.round(state.next) + Math.floor(ticks))
    state.next += ticks
  }
}
