import { lengthOf, type PackedSource } from '../records/packing-list.ts'
import type { Services } from '../services.ts'
import type { PackingDesk } from './pack-footage.ts'

/** Reads files that are to be packed from where their stretches lie. */
export const readPacked = (
  services: Pick<Services, 'originals' | 'renditions'>,
  signal: AbortSignal,
): PackingDesk['read'] =>
  async function* ({ sources }, start, end) {
    let at = 0
    for (const source of sources) {
      const length = lengthOf(source)
      const [from, to] = [Math.max(start - at, 0), Math.min(end - at, length)]
      if (from < to) yield* stretchOf(services, source, from, to, signal)
      at += length
    }
  }

/** Bytes `from` up to `to` of one stretch. */
async function* stretchOf(
  { originals, renditions }: Pick<Services, 'originals' | 'renditions'>,
  source: PackedSource,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (source.from === 'bytes') {
    yield Buffer.from(source.base64, 'base64').subarray(from, to)
  } else if (source.from === 'original') {
    yield* originals.source(source).read(from, to, signal)
  } else {
    const range = { start: source.start + from, end: source.start + to }
    yield* await renditions.read(source.blob, signal, range)
  }
}
