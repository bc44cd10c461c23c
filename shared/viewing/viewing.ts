import { isDeepStrictEqual } from 'node:util'
import type { VouchedVisitor } from '../access/visitor.ts'
import type { AuditAct } from '../audit/chain.ts'
import { BluelampError } from '../errors.ts'
import type { ChunkRendition, FootageId } from '../footage/ids.ts'
import { hasSpan, withSpan } from '../records/spans.ts'
import { ADDRESSES_LIMIT, type Ending, type Viewing } from '../records/viewing.ts'

/** A viewing lasts as long as a shift. Its ticket opens nothing by itself: each use is decided anew. */
export const VIEWING_LIFE_MS = 12 * 3_600_000

/** How long what was released may wait for its entry in the trail: a viewing makes few of them. */
export const RECORD_WITHIN_MS = 10 * 60_000

/** A viewing as it begins: nothing is released yet. */
export const newViewing = (
  viewing: string,
  { principal, clientAddress, vouchedUntil }: VouchedVisitor,
  footageId: FootageId,
  now: Date,
): Viewing => ({
  schemaVersion: 1,
  viewing,
  footageId,
  oid: principal.oid,
  roles: principal.roles,
  rolesUntil: vouchedUntil,
  openedAt: now.toISOString(),
  expiresAt: new Date(now.getTime() + VIEWING_LIFE_MS).toISOString(),
  released: {},
  unrecorded: {},
  unrecordedSince: null,
  clientAddresses: clientAddress === null ? [] : [clientAddress],
  ended: null,
})

/** A file that is about to be released, and to where. */
export type Release = {
  kind: ChunkRendition
  startSeconds: number
  endSeconds: number
  clientAddress: string | null
}

/**
 * Refuses a viewing that is over.
 * @throws BluelampError `playback-ended`, with the reason: its viewer knows that the recording exists
 */
export function requireNotOver({ ended, expiresAt }: Viewing, now: Date): void {
  if (ended) throw new BluelampError('playback-ended', ENDED_BECAUSE[ended.because])
  if (Date.parse(expiresAt) > now.getTime()) return
  throw new BluelampError('playback-ended', ENDED_BECAUSE.expired)
}

/**
 * Refuses a viewing that is over, or whose roles nobody has vouched for lately.
 * @throws BluelampError `playback-ended`, `playback-lapsed`
 */
export function requireOpen(viewing: Viewing, now: Date): void {
  requireNotOver(viewing, now)
  if (Date.parse(viewing.rolesUntil) > now.getTime()) return
  throw new BluelampError(
    'playback-lapsed',
    'The sign-in behind this viewing has ended. Renew the viewing with a new access token, and it goes on.',
  )
}

const ENDED_BECAUSE: Record<Ending['because'], string> = {
  closed: 'This viewing was closed. Open the recording again to go on.',
  revoked:
    'This viewing was ended by someone in charge of the recording or of access. Ask them before you open it again.',
  'access-ended':
    'The access in an emergency to this recording was ended before its time, and this viewing with it.',
  expired: 'This viewing has lasted for a shift and is over. Open the recording again to go on.',
}

/** What a viewing becomes by a release; the same object if it was released before. */
export function withRelease(viewing: Viewing, release: Release, now: Date): Viewing {
  const { kind, startSeconds, endSeconds, clientAddress } = release
  const { released, unrecorded, clientAddresses } = viewing
  const isNewAddress =
    clientAddress !== null &&
    !clientAddresses.includes(clientAddress) &&
    clientAddresses.length < ADDRESSES_LIMIT
  if (hasSpan(released[kind] ?? '', startSeconds, endSeconds) && !isNewAddress) return viewing
  const added = (spans: Viewing['released']) => ({
    ...spans,
    [kind]: withSpan(spans[kind] ?? '', startSeconds, endSeconds),
  })
  return {
    ...viewing,
    released: added(released),
    unrecorded: added(unrecorded),
    unrecordedSince: viewing.unrecordedSince ?? now.toISOString(),
    clientAddresses: isNewAddress ? [...clientAddresses, clientAddress] : clientAddresses,
  }
}

/** Whether what was released has waited long enough for its entry. */
export const isDueForRecord = ({ unrecordedSince }: Viewing, now: Date): boolean =>
  unrecordedSince !== null && Date.parse(unrecordedSince) + RECORD_WITHIN_MS <= now.getTime()

/**
 * A viewing once what was unrecorded in `before` is in the trail. What came in between, waits on; so
 * does all of it, if something did: an entry may say again what another has said.
 */
export const withRecorded = (viewing: Viewing, before: Viewing): Viewing =>
  isDeepStrictEqual(viewing.unrecorded, before.unrecorded)
    ? { ...viewing, unrecorded: {}, unrecordedSince: null }
    : viewing

/** The entry that says what was released since the last one. */
export const releasedAct = (viewing: Viewing): AuditAct => ({
  action: 'playback-released',
  actor: viewing.oid,
  clientAddress: viewing.clientAddresses[0] ?? null,
  detail: detailOf(viewing, viewing.unrecorded),
})

/** The entry with which a viewing ends: all that it released. */
export const closedAct = (viewing: Viewing, { at, by, because, reason }: Ending): AuditAct => ({
  action: 'playback-closed',
  actor: by,
  reason: reason ?? undefined,
  clientAddress: viewing.clientAddresses[0] ?? null,
  detail: { ...detailOf(viewing, viewing.released), viewer: viewing.oid, because, endedAt: at },
})

const detailOf = (
  { viewing, clientAddresses }: Viewing,
  spans: Viewing['released'],
): NonNullable<AuditAct['detail']> => ({
  viewing,
  ...spans,
  ...(clientAddresses.length > 1 && { clientAddresses: clientAddresses.join(' ') }),
})
