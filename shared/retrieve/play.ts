import { z } from 'zod'
import type { Ticket } from '../access/tickets.ts'
import { nothingHere } from '../errors.ts'
import { chunkName, type PlayableKind } from '../footage/ids.ts'
import { masterPlaylist, mediaPlaylist, type StreamedChunk } from '../media/playlist.ts'
import { storyboardTrack } from '../media/storyboard.ts'
import type { Services } from '../services.ts'
import type { StreamRow } from '../storage/rendition-rows.ts'
import { admit } from './admit.ts'

/** How long a player may read one file by one redirect. */
export const VIEW_SAS_LIFE_MS = 2 * 60_000

/** Everything that a ticket opens, by the last part of its URL. */
const fileSchema = z
  .string()
  .regex(
    /^(master\.m3u8|(copy|proxy)\.m3u8|storyboard\.vtt|(copy|proxy)-\d{4}\.mp4|storyboard-\d{4}\.jpg)$/,
  )

/** The texts that a player gets: HLS playlists, and the storyboard as WebVTT. */
export const PLAYER_TEXTS = ['application/vnd.apple.mpegurl', 'text/vtt'] as const
type PlayerText = (typeof PLAYER_TEXTS)[number]

/** What a player gets: a text, or a place in storage to read from for a short while. */
export type PlayAnswer =
  | { kind: 'text'; contentType: PlayerText; text: string }
  | { kind: 'redirect'; url: string }

/**
 * Serves one request of a player. Each is decided anew on the register, grants and marking of this
 * moment; the chunk is in the audit trail before its address is handed out.
 * @throws BluelampError `not-found` if refused, missing, or not rendered yet
 */
export async function play(
  services: Services,
  ticket: Ticket,
  file: string,
  clientAddress: string | null,
): Promise<PlayAnswer> {
  const { people } = services
  const name = fileSchema.safeParse(file)
  if (!name.success) throw nothingHere()
  const registered = await people.find(ticket.oid)
  const principal = { oid: ticket.oid, roles: ticket.roles, register: registered?.entry ?? null }
  await admit(services, { principal, clientAddress }, 'view', ticket.footageId)

  const [stem = '', extension] = name.data.split('.')
  const [kind = '', chunk] = stem.split('-')
  if (stem === 'master') return hls(await masterOf(services, ticket))
  if (extension === 'm3u8') return hls(await mediaOf(services, ticket, kind as PlayableKind))
  if (extension === 'vtt') return text('text/vtt', await storyboardOf(services, ticket))
  return redirectTo(
    services,
    ticket,
    kind as PlayableKind | 'storyboard',
    Number(chunk),
    clientAddress,
  )
}

const text = (contentType: PlayerText, body: string): PlayAnswer => ({
  kind: 'text',
  contentType,
  text: body,
})
const hls = (playlist: string): PlayAnswer => text('application/vnd.apple.mpegurl', playlist)

async function masterOf(
  { renditionRows, renditions }: Services,
  { footageId }: Ticket,
): Promise<string> {
  const [plan, copy, proxy] = await Promise.all([
    renditions.readPlan(footageId),
    renditionRows.list(footageId, 'copy'),
    renditionRows.list(footageId, 'proxy'),
  ])
  // A rendition whose first chunk is missing cannot be begun yet.
  const begun = [streamed('copy', copy), streamed('proxy', proxy)]
    .filter(([first]) => first?.index === 0)
    .flat()
  if (begun.length === 0) throw nothingHere()
  return masterPlaylist({ results: begun, plan, uri: (kind) => `${kind}.m3u8` })
}

async function mediaOf(
  { renditionRows, renditions }: Services,
  { footageId }: Ticket,
  kind: PlayableKind,
): Promise<string> {
  const [plan, rows] = await Promise.all([
    renditions.readPlan(footageId),
    renditionRows.list(footageId, kind),
  ])
  if (rows[0]?.chunk !== 0) throw nothingHere()
  return mediaPlaylist({
    kind,
    results: streamed(kind, rows),
    chunkCount: plan.chunks.length,
    targetDurationSeconds: plan.targetDurationSeconds,
    uri: (chunk) => `${kind}-${chunkName(chunk)}.mp4`,
  })
}

/** The published chunks of one rendition, as playlists are made of them. */
const streamed = (kind: PlayableKind, rows: StreamRow[]): StreamedChunk[] =>
  rows.map(({ chunk, output }) => ({ index: chunk, copy: null, proxy: null, [kind]: output }))

async function storyboardOf({ renditionRows }: Services, { footageId }: Ticket): Promise<string> {
  const rows = await renditionRows.listStoryboard(footageId)
  return storyboardTrack(
    rows.map(({ chunk, output }) => ({ index: chunk, storyboard: output })),
    (chunk) => `storyboard-${chunkName(chunk)}.jpg`,
  )
}

async function redirectTo(
  services: Services,
  ticket: Ticket,
  kind: PlayableKind | 'storyboard',
  chunk: number,
  clientAddress: string | null,
): Promise<PlayAnswer> {
  const { renditionRows, renditions } = services
  const { footageId } = ticket
  const rows =
    kind === 'storyboard'
      ? await renditionRows.listStoryboard(footageId)
      : await renditionRows.list(footageId, kind)
  const row = rows.find((candidate) => candidate.chunk === chunk)
  if (!row) throw nothingHere()
  await recordRelease(services, ticket, kind, row, clientAddress)
  const { url } = await renditions.signRead(row.blob, VIEW_SAS_LIFE_MS)
  return { kind: 'redirect', url }
}

/** Releases that this instance has recorded already, so that each byte range need not ask. */
const recorded = new Set<string>()
/** Forgetting one costs a look at the audit trail, no more. */
const RECORDED_LIMIT = 10_000

/** One entry a viewing, rendition and chunk says which minutes were released. */
async function recordRelease(
  { audit }: Services,
  { oid, viewing, footageId }: Ticket,
  kind: PlayableKind | 'storyboard',
  { chunk, output }: { chunk: number; output: { startSeconds: number; endSeconds: number } },
  clientAddress: string | null,
): Promise<void> {
  const key = `${viewing}:${kind}:${chunk}`
  if (recorded.has(key)) return
  const { startSeconds, endSeconds } = output
  await audit.appendOnce(footageId, {
    action: 'playback-released',
    actor: oid,
    clientAddress,
    detail: { viewing, rendition: kind, chunk, fromSeconds: startSeconds, toSeconds: endSeconds },
  })
  if (recorded.size >= RECORDED_LIMIT) recorded.clear()
  recorded.add(key)
}
