import { z } from 'zod'
import { type ChunkRendition, chunkRenditionSchema } from '../footage/ids.ts'

const playlistSchema = z.enum(['master', 'copy', 'proxy'])

/** What a player can ask for, by the last part of its address. */
export type PlayerFile =
  | { is: 'playlist'; of: z.infer<typeof playlistSchema> }
  | { is: 'storyboard' }
  | { is: 'chunk'; kind: ChunkRendition; chunk: number }

/** The file of that name; null if there is no such name. */
export function playerFileOf(name: string): PlayerFile | null {
  if (name === 'storyboard.vtt') return { is: 'storyboard' }
  const [, list] = /^(\w+)\.m3u8$/.exec(name) ?? []
  const playlist = playlistSchema.safeParse(list)
  if (playlist.success) return { is: 'playlist', of: playlist.data }
  const [, kind, chunk, extension] = /^(\w+)-(\d{4})\.(mp4|jpg)$/.exec(name) ?? []
  const rendition = chunkRenditionSchema.safeParse(kind)
  if (!rendition.success) return null
  if ((rendition.data === 'storyboard') !== (extension === 'jpg')) return null
  return { is: 'chunk', kind: rendition.data, chunk: Number(chunk) }
}
