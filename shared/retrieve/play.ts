import { judge, type Refusal } from '../access/admit.ts'
import { spendAllowance } from '../access/limit.ts'
import type { Ticket } from '../access/tickets.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { Viewing } from '../records/viewing.ts'
import type { Services } from '../services.ts'
import { type PlayerFile, playerFileOf } from '../viewing/player-file.ts'
import { recordReleased } from '../viewing/record-released.ts'
import { type Release, requireOpen, withRelease } from '../viewing/viewing.ts'
import { watching } from '../viewing/watching.ts'

/**
 * How long a redirect may be followed. After a decision that would now be another no read begins
 * later than this and what the clocks of app and storage differ, together less than a minute. One
 * redirect covers one chunk: a SAS cannot be narrowed to a range of bytes.
 */
export const VIEW_SAS_LIFE_MS = 45_000

/** The texts that a player gets: HLS playlists, and the storyboard as WebVTT. */
export const PLAYER_TEXTS = ['application/vnd.apple.mpegurl', 'text/vtt'] as const
type PlayerText = (typeof PLAYER_TEXTS)[number]

/** What a player gets: a text, or a place in storage to read from for a short while. */
export type PlayAnswer =
  | { kind: 'text'; contentType: PlayerText; text: string }
  | { kind: 'redirect'; url: string }

/**
 * Serves one request of a player. Each is decided anew on the register, grants and marking of this
 * moment; what it releases is stored with the viewing before its address is handed out. Whoever has
 * a ticket knows that the recording exists, so a player that is refused is told why.
 * @throws BluelampError `not-found` for what there is not, or not yet; `playback-refused`,
 *   `playback-lapsed`, `playback-ended`, `too-many-requests`
 */
export async function play(
  services: Services,
  { oid, footageId, viewing }: Ticket,
  name: string,
  clientAddress: string | null,
): Promise<PlayAnswer> {
  const { viewings, people, catalogue, renditionRows, attempts, now } = services
  const file = playerFileOf(name)
  if (!file) throw nothingHere()
  if (file.is !== 'chunk') await spendAllowance(services, oid, 'play-texts')
  // All at once: what is refused has been read in vain, what is allowed has not waited.
  const [session, registered, footage, chunk] = await Promise.all([
    viewings.find(footageId, viewing),
    people.find(oid),
    catalogue.find(footageId),
    file.is === 'chunk' ? renditionRows.find(footageId, file.kind, file.chunk) : null,
  ])
  if (!session) throw new BluelampError('playback-ended', 'This viewing was over long ago.')
  if (session.ended) {
    const refusal = session.ended.because
    await attempts.note({ actor: oid, action: 'view', footageId, refusal, clientAddress })
  }
  requireOpen(session, now())
  const principal = { oid, roles: session.roles, register: registered?.entry ?? null }
  const visitor = { principal, clientAddress }
  const judged = await judge(services, visitor, watching(footage), footageId, footage)
  if ('refusal' in judged) throw new BluelampError('playback-refused', REFUSED[judged.refusal])
  if (file.is !== 'chunk') return textOf(services, footageId, file)
  if (!chunk?.output) throw nothingHere()
  const { startSeconds, endSeconds } = chunk.output
  await recordRelease(services, session, {
    kind: file.kind,
    startSeconds,
    endSeconds,
    clientAddress,
  })
  const { url } = await services.renditions.signRead(chunk.blob, VIEW_SAS_LIFE_MS)
  return { kind: 'redirect', url }
}

const REFUSED: Record<Refusal, string> = {
  'not-registered': 'You are not in the people register any more.',
  'not-serving': 'The people register does not have you in service any more.',
  'marked-too-high': 'The recording has been marked higher than may be shown here.',
  vetting: 'You hold no vetting any more that is valid and enough for this recording.',
  restricted: 'A restriction has closed this recording.',
  role: 'Your roles do not let you view it any more.',
  'own-recording': 'It is a recording of your own.',
  'need-to-know': 'Nothing ties you to this recording any more: a grant or assignment has ended.',
  missing: 'The recording is not kept any more.',
  disposed: 'The recording is not kept any more.',
}

async function textOf(
  { playlists }: Services,
  id: Ticket['footageId'],
  file: Exclude<PlayerFile, { is: 'chunk' }>,
): Promise<PlayAnswer> {
  if (file.is === 'storyboard') {
    return { kind: 'text', contentType: 'text/vtt', text: await playlists.storyboard(id) }
  }
  const text = await (file.of === 'master' ? playlists.master(id) : playlists.media(id, file.of))
  return { kind: 'text', contentType: 'application/vnd.apple.mpegurl', text }
}

/** Stores a release with its viewing, unless it is there. It may have ended in the meantime. */
async function recordRelease(
  services: Services,
  session: Viewing,
  release: Release,
): Promise<void> {
  const { viewings, now } = services
  await recordReleased(services, session)
  if (withRelease(session, release, now()) === session) return
  const stored = await viewings.change(session.footageId, session.viewing, (current) => {
    requireOpen(current, now())
    return withRelease(current, release, now())
  })
  if (!stored) throw new BluelampError('playback-ended', 'This viewing is over.')
}
