import { z } from 'zod'
import { HEAD_BYTES, identifyContainer } from '../container.ts'
import { AviReader, aviStart, aviStateSchema } from './avi.ts'
import { Feed, feedStateSchema, NoteGivenUp } from './feed.ts'
import { FragmentedReader, fragmentedStart, fragmentedStateSchema } from './fragmented-movie.ts'
import type { KeyframeNote } from './keyframe-note.ts'
import { MatroskaReader, matroskaStart, matroskaStateSchema } from './matroska.ts'
import { emptyTally, type Tally, tallySchema } from './packet-tally.ts'
import { TransportReader, transportStart, transportStateSchema } from './transport-stream.ts'

/** Twelve hours with more than four keyframes a second; what has more is scanned instead. */
const MAX_KEYFRAMES = 200_000

const formatSchema = z.discriminatedUnion('kind', [
  transportStateSchema,
  fragmentedStateSchema,
  matroskaStateSchema,
  aviStateSchema,
])
type Format = z.infer<typeof formatSchema>

/** All that another worker needs to go on noting. */
export const notingStateSchema = z.object({
  schemaVersion: z.literal(1),
  format: formatSchema,
  feed: feedStateSchema,
  tally: tallySchema,
})
export type NotingState = z.infer<typeof notingStateSchema>

type Parser = { format: Reader; feed: Feed; tally: Tally }
type Reader = TransportReader | FragmentedReader | MatroskaReader | AviReader

/**
 * Notes the keyframes of a recording while its bytes pass by, for containers that keep no index that
 * can be trusted: transport streams, fragmented MP4, Matroska and AVI. It never throws: bytes that it does not
 * understand for certain end the note, and a scan will stand in.
 */
export class KeyframeNoter {
  #head = Buffer.alloc(0)
  #parser: Parser | null
  #givenUp: string | null = null

  /** @param state where another worker stopped; null: at the beginning */
  constructor(state: NotingState | null) {
    this.#parser = state && openParser(state.format, state)
  }

  /** The next bytes of the recording, in order. */
  read(bytes: Buffer): void {
    if (this.#givenUp !== null) return
    try {
      if (this.#parser) this.#feed(this.#parser, bytes)
      else this.#begin(bytes)
    } catch (error) {
      // Whatever a parser stumbles over, the original is secured all the same.
      this.#giveUp(error)
    }
  }

  /** Why there will be no note; null if there may be one. */
  get givenUp(): string | null {
    return this.#givenUp
  }

  /** What another worker needs to go on; null if there will be no note. */
  state(): NotingState | null {
    if (!this.#parser) return null
    const { format, feed, tally } = this.#parser
    return { schemaVersion: 1, format: format.state(), feed: feed.state(), tally }
  }

  /** The note, when all bytes have been read; null if there is none. */
  finish(): Omit<KeyframeNote, 'schemaVersion' | 'sourceSha256'> | null {
    if (!this.#parser) return null
    const { format, feed, tally } = this.#parser
    try {
      const isShort = format.finish(feed.length)
      // A transport stream may end anywhere.
      const breaksOff = isShort || !(feed.atBorder || format instanceof TransportReader)
      const tracks = format.tracks()
      if (!tracks || tally.pts.length === 0) return null
      return { container: format.state().kind, tracks, tally, breaksOff }
    } catch (error) {
      this.#giveUp(error)
      return null
    }
  }

  #giveUp(error: unknown): void {
    this.#givenUp = error instanceof Error ? error.message : String(error)
    this.#parser = null
  }

  #begin(bytes: Buffer): void {
    const wanted = HEAD_BYTES - this.#head.length
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, wanted)])
    if (this.#head.length < HEAD_BYTES) return
    const format = formatOf(this.#head)
    if (!format) throw new NoteGivenUp('No container that is noted.')
    this.#parser = openParser(format, { tally: emptyTally() })
    this.#feed(this.#parser, this.#head)
    this.#feed(this.#parser, bytes.subarray(wanted))
    this.#head = Buffer.alloc(0)
  }

  #feed({ feed, tally }: Parser, bytes: Buffer): void {
    feed.read(bytes)
    if (tally.pts.length > MAX_KEYFRAMES) throw new NoteGivenUp('More keyframes than are kept.')
  }
}

function openParser(
  format: Format,
  { tally, feed }: { tally: Tally; feed?: NotingState['feed'] },
): Parser {
  const reader =
    format.kind === 'mpegts'
      ? new TransportReader(format, tally)
      : format.kind === 'mov'
        ? new FragmentedReader(format, tally)
        : format.kind === 'matroska'
          ? new MatroskaReader(format, tally)
          : new AviReader(format, tally)
  return { format: reader, feed: new Feed(reader, feed), tally }
}

function formatOf(head: Buffer): Format | null {
  const { container } = identifyContainer(head)
  if (container === 'mpegts') return transportStart(head)
  if (container === 'mov') return fragmentedStart()
  if (container === 'avi') return aviStart()
  return container === 'matroska' ? matroskaStart() : null
}
