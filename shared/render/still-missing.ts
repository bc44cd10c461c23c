import type { ChunkRendition, FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'

/** Of these renditions of a chunk the ones that are not published yet, in the same order. */
export async function stillMissing(
  { renditionRows }: Pick<Services, 'renditionRows'>,
  id: FootageId,
  chunk: number,
  kinds: readonly ChunkRendition[],
): Promise<ChunkRendition[]> {
  const published = await Promise.all(kinds.map((kind) => renditionRows.find(id, kind, chunk)))
  return kinds.filter((_, position) => published[position] === null)
}
