import { resolve } from 'node:path'
import { type Reference, SIDECAR_KINDS, type SidecarKind, type UploadManifest } from './contract.ts'
import type { Journal, JournalEntry } from './journal.ts'
import {
  type FileIdentity,
  identify,
  measure,
  mustBeUnchanged,
  recordingContentType,
  sidecarContentType,
} from './measure-file.ts'
import { probeDuration } from './probe-duration.ts'

/** A recording on a docked camera, and what its wearer and the dock know of it. */
export type Recording = {
  file: string
  camera: { serial: string; firmware: string }
  /** The camera's own number of the recording. Without it the journal gives the next one. */
  sequence?: number
  officer: string
  unit: string
  borough?: string
  references?: Reference[]
  category?: string
  urgent?: boolean
  /** When it began, by a clock that is right. Without it: it ended just now. */
  recordedAt?: Date
  /** Without it ffprobe is asked. */
  durationSeconds?: number
  /** How far the camera's clock is ahead of the dock's; negative when it is behind. Default 0. */
  deviceClockOffsetSeconds?: number
  sidecars?: Partial<Record<SidecarKind, string>>
  /** false: a camera that cannot hash, which the record then shows. Default true. */
  hash?: boolean
}

/** A part of the recording as it lies in a file. */
export type SourceFile = { path: string; size: number; sha256: string | null; contentType: string }

export type Declaration = {
  manifest: UploadManifest
  sources: Map<'recording' | SidecarKind, SourceFile>
  entry: JournalEntry
}

export type MeasureOptions = {
  dockSite: string
  journal: Journal
  now: () => Date
  ffprobePath: string | undefined
  signal: AbortSignal | undefined
  onHashed: (bytes: number, totalBytes: number) => void
}

/**
 * Finds out what the dock must declare: sizes, hashes, duration, clocks, sequence. What the journal
 * knows of the unchanged file is taken from there.
 * @throws DockError `file` or `settings`.
 */
export async function declare(recording: Recording, options: MeasureOptions): Promise<Declaration> {
  const { camera, officer, unit, borough, category, urgent, references = [] } = recording
  const found = await identify(resolve(recording.file))
  const contentType = recordingContentType(recording.file)
  const entry = await measured(recording, found, options)
  const { path, size } = entry.file
  const { sha256 } = entry
  const sidecars = await measuredSidecars(recording.sidecars ?? {}, options.signal)
  return {
    entry,
    sources: new Map([...sidecars, ['recording', { path, size, sha256, contentType }]]),
    manifest: {
      camera,
      sequence: entry.sequence,
      officer,
      unit,
      ...(borough !== undefined && { borough }),
      dockSite: options.dockSite,
      clock: entry.clock,
      durationSeconds: entry.durationSeconds,
      recording: { size, sha256, contentType },
      references,
      ...(category !== undefined && { category }),
      ...(urgent !== undefined && { urgent }),
      sidecars: [...sidecars].map(([kind, { size, sha256, contentType }]) => {
        return { kind, size, sha256, contentType }
      }),
    },
  }
}

async function measured(
  recording: Recording,
  file: FileIdentity,
  options: MeasureOptions,
): Promise<JournalEntry> {
  const { camera, hash = true } = recording
  const { journal, signal, onHashed } = options
  const known = await journal.find(camera.serial, file, recording.sequence)
  if (known && (known.sha256 !== null) === hash) return known

  const durationSeconds =
    recording.durationSeconds ?? (await probeDuration(file.path, options.ffprobePath, signal))
  const sha256 = hash
    ? (await measure(file.path, signal, (bytes) => onHashed(bytes, file.size))).sha256
    : null
  await mustBeUnchanged(file)
  // Mounted elsewhere, or named twice, it is still the recording that was declared before.
  const before =
    sha256 !== null && (await journal.findContent(camera.serial, sha256, recording.sequence))
  if (before) return { ...before, file }
  return {
    camera: camera.serial,
    sequence: recording.sequence ?? (await journal.nextSequence(camera.serial)),
    file,
    sha256,
    durationSeconds,
    clock: readClocks(recording, durationSeconds, options.now()),
  }
}

/** The device stamps everything by its own clock; only the comparison at the dock shows its error. */
function readClocks(
  { recordedAt, deviceClockOffsetSeconds = 0 }: Recording,
  durationSeconds: number,
  dockAt: Date,
): JournalEntry['clock'] {
  const byDevice = (time: number) => new Date(time + deviceClockOffsetSeconds * 1_000).toISOString()
  const startedAt = recordedAt?.getTime() ?? dockAt.getTime() - durationSeconds * 1_000
  return {
    recordingStartedAt: byDevice(startedAt),
    deviceAt: byDevice(dockAt.getTime()),
    dockAt: dockAt.toISOString(),
  }
}

async function measuredSidecars(
  files: Partial<Record<SidecarKind, string>>,
  signal: AbortSignal | undefined,
): Promise<Map<SidecarKind, SourceFile & { sha256: string }>> {
  const sidecars = new Map<SidecarKind, SourceFile & { sha256: string }>()
  for (const kind of SIDECAR_KINDS) {
    const file = files[kind]
    if (file === undefined) continue
    const contentType = sidecarContentType(file)
    sidecars.set(kind, { path: resolve(file), contentType, ...(await measure(file, signal)) })
  }
  return sidecars
}
