import type { KeyframeIndex } from '../keyframe-index.ts'
import { MalformedBoxError } from './boxes.ts'
import { sampleDurations, samplesOf } from './samples.ts'
import { readTracks, type Track } from './tracks.ts'

/** A track whose samples span this is no recording of a shift but a broken or hostile table. */
const MAX_SECONDS = 48 * 3600
/** Far less than a tick of any clock. */
const ROUNDING_SECONDS = 1e-6

/**
 * The keyframes of an MP4 or QuickTime file from its movie header alone, or null if it has no
 * picture track with a keyframe. Samples beyond the end of the file end the recording there.
 * `videoStream` and `audioStream` are ffmpeg's stream numbers: the positions of the tracks.
 * @throws MalformedBoxError
 */
export function indexMovie(
  moov: Buffer,
  fileSize: number,
  streams: { video: number; audio: number | null },
): KeyframeIndex | null {
  const tracks = readTracks(moov)
  const video = tracks.find((track) => track.index === streams.video)
  const sound = tracks.find((track) => track.index === streams.audio) ?? null
  const pictures = video && collectKeyframes(moov, video, fileSize)
  if (!video || !pictures || pictures.pts.length === 0) return null
  const heard = sound && soundSpan(moov, sound)

  const videoZero = zeroOf(video)
  const audioZero = sound ? zeroOf(sound) : 0
  const videoStart = pictures.firstPts / video.timescale - videoZero
  const start = Math.min(videoStart, heard ? heard.startSeconds - audioZero : videoStart)
  return {
    pts: pictures.pts,
    packets: pictures.packets,
    bytes: pictures.bytes,
    startPts: pictures.firstPts,
    endPts: pictures.endPts,
    apartSeconds: pictures.apart / video.timescale,
    zeroSeconds: { video: videoZero + start, audio: audioZero + start },
    soundLeadSeconds: heard ? soundLead(videoZero - audioZero, pictures.delaySeconds) : 0,
    audio: heard,
    truncatedAtSeconds: pictures.cut ? pictures.endPts / video.timescale - videoZero - start : null,
  }
}

function soundSpan(moov: Buffer, track: Track): KeyframeIndex['audio'] {
  const { total, longest } = sampleDurations(moov, track)
  if (total === 0) return null
  return {
    startSeconds: 0,
    endSeconds: total / track.timescale,
    longestStepSeconds: longest / track.timescale,
  }
}

/**
 * ffmpeg's seek finds the last keyframe that is decoded by then, and takes every track to the
 * moment at which that one is decoded. Where sound is shown earlier than that, the seek must lead
 * to the keyframe before.
 */
const soundLead = (behindSeconds: number, shortestDelaySeconds: number): number =>
  behindSeconds > shortestDelaySeconds + ROUNDING_SECONDS ? behindSeconds : 0

/** The time of the media that is shown at second 0, were this the only track. */
const zeroOf = ({ edit, timescale }: Track): number =>
  edit.mediaTime / timescale - edit.emptySeconds

function collectKeyframes(moov: Buffer, track: Track, fileSize: number) {
  const pts: number[] = []
  const packets: number[] = []
  const bytes: number[] = []
  let [firstPts, endPts, cut, delay] = [
    Number.POSITIVE_INFINITY,
    0,
    false,
    Number.POSITIVE_INFINITY,
  ]
  let latest: number | null = null
  let apart = 0
  for (const sample of samplesOf(moov, track, fileSize)) {
    if (sample.offset + sample.size > fileSize) {
      cut = true
      break
    }
    if (Math.abs(sample.pts) / track.timescale > MAX_SECONDS)
      throw new MalformedBoxError('The time table spans more than two days.')
    firstPts = Math.min(firstPts, sample.pts)
    apart = Math.max(apart, sample.pts - (latest ?? sample.pts))
    latest = Math.max(latest ?? sample.pts, sample.pts)
    endPts = Math.max(endPts, sample.pts + sample.duration)
    if (sample.sync && sample.pts > (pts.at(-1) ?? Number.NEGATIVE_INFINITY)) {
      pts.push(sample.pts)
      delay = Math.min(delay, sample.pts - sample.dts)
    }
    const last = Math.max(0, pts.length - 1)
    packets[last] = (packets[last] ?? 0) + 1
    bytes[last] = (bytes[last] ?? 0) + sample.size
  }
  apart = Math.max(apart, endPts - (latest ?? endPts))
  return {
    pts,
    packets,
    bytes,
    firstPts,
    endPts,
    apart,
    cut,
    delaySeconds: delay / track.timescale,
  }
}
