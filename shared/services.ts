import { type Authenticate, createAuthenticate } from './access/authenticate.ts'
import { type Cursors, createCursors } from './access/cursors.ts'
import { createTickets, type Tickets } from './access/tickets.ts'
import { type AnchorStore, createAnchorStore } from './audit/anchor-store.ts'
import { createPendingHeads, type PendingHeads } from './audit/pending-heads.ts'
import { createTimestampAuthority, type TimestampAuthority } from './audit/timestamp-authority.ts'
import { type AuditTrail, createAuditTrail } from './audit/trail.ts'
import { watchedAttempts, watchedTrail } from './audit/watched.ts'
import { collectBuffersEarly } from './collect-buffers.ts'
import { type Config, readConfig } from './config.ts'
import { createDomainEvents, type DomainEvents } from './events/domain-events.ts'
import { createLog, type Log, type LogSink } from './log.ts'
import { HeaderCache } from './media/probing/header-cache.ts'
import { findMediaTools, type MediaTools } from './media/running/tools.ts'
import { createErasure, type Erasure } from './storage/blobs/erasure.ts'
import { createKeyframeNotes, type KeyframeNotes } from './storage/blobs/keyframe-notes.ts'
import { createLanding, type Landing } from './storage/blobs/landing.ts'
import { createOriginals, type Originals } from './storage/blobs/originals.ts'
import { createPackages, type Packages } from './storage/blobs/packages.ts'
import { createQuarantine, type Quarantine } from './storage/blobs/quarantine.ts'
import { createRenditions, type Renditions } from './storage/blobs/renditions.ts'
import { createVersionStore } from './storage/blobs/versions.ts'
import { createWormStore } from './storage/blobs/worm.ts'
import { connectStorage } from './storage/clients.ts'
import { createPlaylists, type Playlists } from './storage/playlists.ts'
import { createQueues, type Queues } from './storage/queues.ts'
import { createSasSigner } from './storage/sas.ts'
import { type ActivityLog, createActivityLog } from './storage/tables/activity.ts'
import { type Allowances, createAllowances } from './storage/tables/allowances.ts'
import { type Attempts, createAttempts } from './storage/tables/attempts.ts'
import { type BreakGlass, createBreakGlass } from './storage/tables/break-glass.ts'
import { type CameraRegister, createCameraRegister } from './storage/tables/cameras.ts'
import { type Catalogue, createCatalogue } from './storage/tables/catalogue.ts'
import { type Consultations, createConsultations } from './storage/tables/consultations.ts'
import { createFootageIndex, type FootageIndex } from './storage/tables/footage-index.ts'
import { createPackageRows, type PackageRows } from './storage/tables/package-rows.ts'
import { createPeopleRegister, type PeopleRegister } from './storage/tables/people.ts'
import { createRenditionRows, type RenditionRows } from './storage/tables/rendition-rows.ts'
import {
  createSecuringProgress,
  type SecuringProgress,
} from './storage/tables/securing-progress.ts'
import { createUploadClaims, type UploadClaims } from './storage/tables/upload-claims.ts'
import { createViewings, type Viewings } from './storage/tables/viewings.ts'

/** Everything the domain needs from outside. */
export type Services = {
  config: Config
  now: () => Date
  log: Log
  authenticate: Authenticate
  people: PeopleRegister
  cameras: CameraRegister
  breakGlass: BreakGlass
  tickets: Tickets
  viewings: Viewings
  cursors: Cursors
  audit: AuditTrail
  pendingHeads: PendingHeads
  anchors: AnchorStore
  /** Null: none is set, anchors are kept without a timestamp. */
  timestampAuthority: TimestampAuthority | null
  attempts: Attempts
  /** What callers have left of their rate limits. */
  allowances: Allowances
  /** Who looked up what beyond single recordings. */
  consultations: Consultations
  /** Who used or was refused what, day by day. */
  activity: ActivityLog
  catalogue: Catalogue
  index: FootageIndex
  claims: UploadClaims
  landing: Landing
  originals: Originals
  quarantine: Quarantine
  securingProgress: SecuringProgress
  keyframeNotes: KeyframeNotes
  renditions: Renditions
  renditionRows: RenditionRows
  erasure: Erasure
  playlists: Playlists
  packages: Packages
  packageRows: PackageRows
  queues: Queues
  events: DomainEvents
  /** ffmpeg and ffprobe, looked up once. */
  mediaTools: () => Promise<MediaTools>
  /** Headers of recordings whose chunks this instance renders, so that each is read once. */
  headers: HeaderCache
}

let shared: Omit<Services, 'log'> | null = null

/**
 * The services of one invocation: built once an instance, at first use. Not at load, because an
 * entry file that throws when it is loaded vanishes from the app without a word.
 * @throws BluelampError `misconfigured`
 */
export function servicesFor(context: LogSink): Services {
  shared ??= startInstance()
  return { ...shared, log: createLog(context) }
}

function startInstance(): Omit<Services, 'log'> {
  collectBuffersEarly()
  return composeServices(readConfig(), () => new Date())
}

/** Wires the adapters to what the settings name. */
export function composeServices(config: Config, now: () => Date): Omit<Services, 'log'> {
  const clients = connectStorage(config.storage)
  const sign = createSasSigner(clients, now)
  const activity = createActivityLog(clients.table('activity'), now)
  const index = createFootageIndex(clients.table('footageIndex'))
  const renditions = createRenditions(clients, sign)
  const renditionRows = createRenditionRows(clients.table('footage'))
  let mediaTools: Promise<MediaTools> | null = null
  return {
    config,
    now,
    authenticate: createAuthenticate(config.auth, now),
    people: createPeopleRegister(clients.table('people'), now),
    cameras: createCameraRegister(clients.table('people'), now),
    breakGlass: createBreakGlass(clients.table('footage')),
    tickets: createTickets(config.signingKey),
    viewings: createViewings(clients.table('viewings'), config.signingKey),
    cursors: createCursors(config.signingKey, now),
    audit: watchedTrail(createAuditTrail(clients.table('audit'), now), activity),
    pendingHeads: createPendingHeads(clients.table('audit'), now),
    anchors: createAnchorStore(createWormStore(clients.container('audit-anchors'))),
    timestampAuthority: config.timestamps.url
      ? createTimestampAuthority(config.timestamps.url)
      : null,
    allowances: createAllowances(clients.table('allowances'), now),
    attempts: watchedAttempts(createAttempts(clients.table('attempts'), now), activity),
    activity,
    consultations: createConsultations(clients.table('consultations'), now),
    catalogue: createCatalogue(clients.table('footage'), index, now),
    index,
    claims: createUploadClaims(clients.table('uploads')),
    landing: createLanding(clients, sign),
    originals: createOriginals(clients, sign),
    quarantine: createQuarantine(clients, sign),
    securingProgress: createSecuringProgress(clients.table('footage')),
    keyframeNotes: createKeyframeNotes(clients),
    renditions,
    renditionRows,
    playlists: createPlaylists(renditionRows, renditions),
    erasure: createErasure((container) => createVersionStore(clients.container(container)), now),
    packages: createPackages(clients, sign),
    packageRows: createPackageRows(clients.table('footage'), now),
    queues: createQueues(clients),
    events: createDomainEvents(config.domainTopic),
    headers: new HeaderCache(),
    mediaTools: () => {
      mediaTools ??= findMediaTools(config.media)
      mediaTools.catch(() => {
        mediaTools = null
      })
      return mediaTools
    },
  }
}
