import { accessTokens, type DockCredentials } from './access-tokens.ts'
import { appClient } from './app-client.ts'
import { awaitVerdict } from './await-verdict.ts'
import type { Problem, UploadStatus } from './contract.ts'
import { journalIn } from './journal.ts'
import { declare, type Recording } from './manifest.ts'
import { mustBeUnchanged } from './measure-file.ts'
import type { DockProgress } from './progress.ts'
import { sendParts } from './send-parts.ts'
import { defaultWire, type Wire } from './wire.ts'

/** The docking station itself: where it stands, whom it talks to, where it keeps its journal. */
export type Station = DockCredentials & {
  /** Base URL of the app with `/api`, without a trailing slash. */
  api: string
  site: string
  stateDirectory: string
  /** Blocks on their way at a time. Default 4. */
  parallel?: number
  ffprobePath?: string
}

export type DockRequest = Recording & {
  station: Station
  /** How often the recording is sent with one byte flipped, to show a mismatch. Default 0. */
  corruptSends?: number
}

export type DockOutcome =
  /** Verified and immutable: the camera may be wiped. `sentBytes` is what this run sent. */
  | { outcome: 'secured'; id: string; sequence: number; sentBytes: number }
  /** An earlier run has done it all: the camera may be wiped. */
  | { outcome: 'already-secured'; id: string; sequence: number }
  /** What arrived differed from what was declared, each time it was sent. Nothing may be wiped. */
  | { outcome: 'mismatched'; id: string; sequence: number; parts: UploadStatus['parts'] }
  /** The app does not take the recording as declared. Nothing may be wiped. */
  | { outcome: 'refused'; sequence: number; status: number; problem: Problem }

export type DockOptions = {
  onProgress?: (progress: DockProgress) => void
  /** Stops at the next safe point; the next run goes on from there. */
  signal?: AbortSignal
  now?: () => Date
  pollIntervalMs?: number
  wire?: Partial<Wire>
}

/** One sending and two repetitions: what differs three times is damaged before it leaves the dock. */
const SENDINGS = 3
const POLL_INTERVAL_MS = 1_000

/**
 * Docks one recording: declares it, sends it straight to storage, and waits for the app's word that
 * the camera may be wiped. May be run again after any interruption and sends only what lacks.
 * @throws DockError when no outcome could be reached; the signal's reason when it aborts.
 */
export async function dockRecording(
  request: DockRequest,
  { onProgress = () => {}, signal, now = () => new Date(), ...options }: DockOptions = {},
): Promise<DockOutcome> {
  const { station } = request
  const wire = { ...defaultWire, ...options.wire }
  const journal = journalIn(station.stateDirectory)
  const app = appClient(station.api, accessTokens(station, wire, now, signal), wire, signal)

  const declaration = await declare(request, {
    dockSite: station.site,
    journal,
    now,
    ffprobePath: station.ffprobePath,
    signal,
    onHashed: (bytes, totalBytes) => onProgress({ step: 'hashing', bytes, totalBytes }),
  })
  const { manifest, entry } = declaration
  const { sequence } = entry
  await journal.save(entry)
  const opening = await app.open(manifest)
  if (opening.outcome === 'refused') {
    await journal.remove(entry)
    return { ...opening, sequence }
  }
  const { isNew } = opening
  let { upload } = opening
  const { id } = upload
  onProgress({ step: 'declared', id, sequence, isNew })
  if (upload.mayWipe && upload.uploads.length === 0)
    return { outcome: 'already-secured', id, sequence }

  // What an earlier run has left: blocks in storage, parts that have landed, an old mismatch.
  let before = isNew ? null : await app.status(id)
  let sentBytes = 0
  for (let sending = 1; ; sending++) {
    const { parallel = 4 } = station
    const { pollIntervalMs = POLL_INTERVAL_MS } = options
    const corrupt = sending <= (request.corruptSends ?? 0)
    const context = { app, wire, signal, now, parallel, corrupt, onProgress }
    sentBytes += await sendParts(upload, declaration, before, context)

    const status = await awaitVerdict(app, id, before, pollIntervalMs, signal, (state) =>
      onProgress({ step: 'waiting', id, state }),
    )
    // What a camera went on writing meanwhile was neither hashed nor sent, and must not be wiped.
    await mustBeUnchanged(entry.file)
    if (status.sendAgain.length === 0) return { outcome: 'secured', id, sequence, sentBytes }
    if (sending === SENDINGS) return { outcome: 'mismatched', id, sequence, parts: status.parts }
    onProgress({ step: 'sending-again', id, parts: status.sendAgain })
    const again = await app.open(manifest)
    if (again.outcome === 'refused') return { ...again, sequence }
    upload = again.upload
    before = status
  }
}
