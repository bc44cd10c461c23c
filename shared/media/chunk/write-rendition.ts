import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { StreamOutput } from '../chunk-result.ts'
import { MediaError } from '../errors.ts'
import { MalformedBoxError } from '../mp4/boxes.ts'
import { withEditList } from '../mp4/edit-list.ts'
import { readFragmentedMp4 } from '../mp4/fragmented.ts'
import type { InitialisedTrack } from '../mp4/initialisation.ts'
import type { TimedPacket } from '../mp4/write-fragment.ts'
import type { OutputSink } from '../output-sink.ts'
import type { ChunkPlan, RenditionPlan } from '../plan.ts'
import { SHIFT_SECONDS } from './chunk-times.ts'
import { PictureMembership, SoundMembership } from './membership.ts'
import { PictureClock } from './picture-clock.ts'
import { SegmentWriter } from './segment-writer.ts'
import { SoundClock } from './sound-clock.ts'

/** What is encoded of a chunk is far less; more is an encoder gone astray. */
const MAX_ENCODED_BYTES = 1024 * 1024 * 1024
/** A copy holds no more than the recording does, with some bytes to tell its packets apart. */
const COPY_TO_RECORDING = 1.25
const COPY_SLACK_BYTES = 16 * 1024 * 1024
/** Rounding of the moment that is shown as 0. */
const START_SLACK_SECONDS = 0.002

/** How far x264 reorders pictures with its default of three B-frames in a pyramid. */
const ENCODER_REORDERED_PICTURES = 2

/** How much further than on average two pictures may be apart and still be shown in time. */
const SLOWEST_TO_AVERAGE = 4

/** What is being written, and whether its pictures are those of the recording. */
type Job = {
  plan: RenditionPlan
  chunk: ChunkPlan
  copied: boolean
  /** Told of every picture that ffmpeg wrote, in its order. */
  onPicture?: (packet: Buffer, kept: boolean) => void
  /** Told how far the rendition reaches, in seconds of the recording. */
  onSeconds?: (atSeconds: number) => void
}

/**
 * Takes what ffmpeg writes for one rendition of a chunk, keeps exactly the packets that belong to
 * the chunk, gives them the times of the recording and writes them to `sink` as CMAF segments while
 * ffmpeg goes on. Committing is left to the caller, who knows how ffmpeg ended.
 * @throws MediaError `output-too-large`, `output-wrong`
 */
export async function writeRendition(
  pipe: Readable,
  sink: OutputSink,
  job: Job,
): Promise<StreamOutput> {
  const most = job.copied
    ? job.plan.media.sizeBytes * COPY_TO_RECORDING + COPY_SLACK_BYTES
    : MAX_ENCODED_BYTES
  let written = 0
  const write = async (bytes: Buffer) => {
    written += bytes.length
    if (written > most)
      throw new MediaError('chunk', 'output-too-large', `A rendition exceeds ${most} bytes.`)
    await sink.write(bytes)
  }
  let rendition: Rendition | null = null
  for await (const part of wellFormed(readFragmentedMp4(pipe))) {
    if (part.kind === 'initialisation') {
      rendition = openRendition(job, part.tracks, write)
      const { id, shift } = rendition.video
      const initialisation = withEditList(part.bytes, id, shift)
      await rendition.segments.begin(initialisation)
      rendition.initBytes = initialisation.length
      continue
    }
    for (const packet of part.packets) {
      if (!rendition) throw wrong('has no beginning')
      if (packet.track.kind === 'video') {
        const kept = rendition.pictures.keeps(packet)
        job.onPicture?.(packet.data, kept)
        if (!kept) continue
        for (const timed of rendition.pictureClock.add(packet)) {
          await addPicture(rendition, timed)
          job.onSeconds?.(timed.dts / rendition.video.timescale)
        }
      } else if (rendition.sounds.keeps(packet)) {
        const timed = rendition.soundClock.add(packet)
        rendition.heard.packets++
        rendition.heard.samples += timed.duration
        rendition.segments.addSound(timed)
      }
    }
  }
  if (!rendition) throw wrong('is empty')
  return await finish(job, rendition)
}

/** Of a damaged recording ffmpeg may make what is no movie. */
async function* wellFormed<T>(parts: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* parts
  } catch (error) {
    if (error instanceof MalformedBoxError) throw wrong(`is no movie: ${error.message}`, error)
    throw error
  }
}

type Rendition = ReturnType<typeof openRendition>

function openRendition(
  { plan, chunk, copied }: Job,
  tracks: InitialisedTrack[],
  write: (bytes: Buffer) => Promise<void>,
) {
  const pictures = tracks.find(({ kind }) => kind === 'video')
  if (!pictures) throw wrong('has no picture track')
  const reordered = copied ? plan.media.video.reorderedPictures : ENCODER_REORDERED_PICTURES
  const frameSeconds = SLOWEST_TO_AVERAGE / (plan.media.video.frameRate || 30)
  const video = { ...pictures, shift: Math.ceil(reordered * frameSeconds * pictures.timescale) }
  const sound = tracks.find(({ kind }) => kind === 'audio')
  const audio = sound ? { ...sound, shift: 0 } : null
  const [numerator, denominator] = plan.media.video.timeBase
  const inTrack = (pts: number | null) =>
    pts === null
      ? null
      : Math.round((pts * numerator * video.timescale) / denominator) +
        SHIFT_SECONDS * video.timescale
  const zero = (seconds: number, timescale: number) =>
    Math.round(seconds * timescale) + SHIFT_SECONDS * timescale
  // Both chunks at a border compute its place in the sound from the same keyframe.
  const soundBorder = (pts: number, timescale: number) =>
    ((pts * numerator) / denominator - plan.zeroSeconds.video) * timescale +
    zero(plan.zeroSeconds.audio, timescale)
  const soundStart = (timescale: number) =>
    chunk.startPts === null
      ? zero(plan.zeroSeconds.audio - START_SLACK_SECONDS, timescale)
      : soundBorder(chunk.startPts, timescale)
  const soundEnd = (timescale: number) => {
    if (chunk.endPts !== null) return soundBorder(chunk.endPts, timescale)
    return plan.audio?.method === 'encoded'
      ? zero(plan.zeroSeconds.audio + plan.durationSeconds, timescale)
      : Number.POSITIVE_INFINITY
  }
  return {
    video,
    audio,
    initBytes: 0,
    pictures: new PictureMembership(
      inTrack(copied ? chunk.startPts : null),
      inTrack(chunk.endPts),
      copied && plan.truncatedAtSeconds !== null ? (chunk.packets ?? undefined) : undefined,
    ),
    pictureClock: new PictureClock(zero(plan.zeroSeconds.video, video.timescale)),
    sounds: new SoundMembership(soundStart(audio?.timescale ?? 1), soundEnd(audio?.timescale ?? 1)),
    soundClock: new SoundClock(
      zero(plan.zeroSeconds.audio, audio?.timescale ?? 1),
      audio?.timescale ?? 1,
    ),
    segments: new SegmentWriter(
      write,
      { video, audio },
      { least: plan.leastSegmentSeconds, longest: plan.longestSegmentSeconds },
    ),
    hash: createHash('sha256'),
    seen: { packets: 0, bytes: 0, firstDts: 0 },
    heard: { packets: 0, samples: 0 },
  }
}

async function addPicture(rendition: Rendition, timed: TimedPacket): Promise<void> {
  if (rendition.seen.packets === 0) rendition.seen.firstDts = timed.dts
  rendition.seen.packets++
  rendition.seen.bytes += timed.data.length
  rendition.hash.update(timed.data)
  await rendition.segments.addPicture(timed)
}

async function finish({ plan, chunk, copied }: Job, rendition: Rendition): Promise<StreamOutput> {
  for (const timed of rendition.pictureClock.finish(rendition.pictures.end))
    await addPicture(rendition, timed)
  const { video, audio, seen, heard } = rendition
  if (seen.packets === 0) throw wrong('has no pictures')
  // Only an index was counted by itself; a scan may see damage otherwise than a seek does.
  const counted = plan.media.container === 'mov' ? chunk.packets : null
  if (copied && counted !== null && counted !== seen.packets)
    throw wrong(`has ${seen.packets} pictures where ${counted} were planned`)
  const { endDts, ...file } = await rendition.segments.finish()
  return {
    codecs: [video.codec, ...(audio ? [audio.codec] : [])].join(','),
    width: video.width,
    height: video.height,
    initBytes: rendition.initBytes,
    ...file,
    video: { packets: seen.packets, bytes: seen.bytes, sha256: rendition.hash.digest('hex') },
    audio: audio ? heard : null,
    startSeconds: seen.firstDts / video.timescale,
    endSeconds: endDts / video.timescale,
  }
}

const wrong = (what: string, cause?: unknown) =>
  new MediaError('chunk', 'output-wrong', `What ffmpeg made of a chunk ${what}.`, { cause })
