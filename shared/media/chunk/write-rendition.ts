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
import { PictureMembership, SoundMembership } from './membership.ts'
import { PictureClock } from './picture-clock.ts'
import { SegmentWriter } from './segment-writer.ts'
import { SoundClock } from './sound-clock.ts'
import { pictureBorders, soundBorders } from './track-borders.ts'

/** What is encoded of a chunk is far less; more is an encoder gone astray. */
const MAX_ENCODED_BYTES = 1024 * 1024 * 1024
/** A copy holds no more than the recording does, with some bytes to tell its packets apart. */
const COPY_TO_RECORDING = 1.25
const COPY_SLACK_BYTES = 16 * 1024 * 1024

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
  const picture = pictureBorders(plan, chunk, video.timescale)
  // Without sound nothing is asked of its borders.
  const soundTicks = audio?.timescale ?? 1
  const sounding = soundBorders(plan, chunk, soundTicks)
  return {
    video,
    audio,
    initBytes: 0,
    pictures: new PictureMembership(
      copied ? picture.start : null,
      picture.end,
      copied && plan.truncatedAtSeconds !== null ? (chunk.packets ?? undefined) : undefined,
    ),
    pictureClock: new PictureClock(picture.zero),
    sounds: new SoundMembership(sounding.start, sounding.end),
    soundClock: new SoundClock(sounding.zero, soundTicks),
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
