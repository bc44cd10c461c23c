import type { RenditionPlan } from '../plan.ts'
import { type ChunkTimes, SHIFT_SECONDS } from './chunk-times.ts'

/** Samples of an AAC frame (ISO/IEC 14496-3): encoded sound lies on a grid of these. */
export const AAC_FRAME_SAMPLES = 1024
/** Frames encoded before a chunk's own and dropped, so that the encoder is in full swing. */
export const PREROLL_FRAMES = 4
const AAC_SAMPLE_RATES = [16_000, 22_050, 24_000, 32_000, 44_100, 48_000]

/** Sound on one grid for all chunks: gaps and a late start become silence, so that joins fit. */
export function soundGraph(plan: RenditionPlan, times: ChunkTimes, labels: string[]): string[] {
  const { audio } = plan.media
  if (!audio || labels.length === 0) return []
  const rate = encodedSampleRate(plan)
  const shift = plan.zeroSeconds.audio - plan.zeroSeconds.video
  const frame = (at: number) => Math.floor(((at + shift) * rate) / AAC_FRAME_SAMPLES)
  const first = (frame(times.start) - PREROLL_FRAMES) * AAC_FRAME_SAMPLES
  const end = (frame(times.end ?? plannedEnd(plan)) + PREROLL_FRAMES) * AAC_FRAME_SAMPLES
  return [
    [
      `[0:${audio.stream}]aresample=${rate}`,
      // Apart from the change of rate: first_pts counts samples that go in.
      `aresample=async=1:first_pts=${first}`,
      'apad',
      `atrim=end_pts=${end}`,
      `aformat=channel_layouts=${audio.channels > 1 ? 'stereo' : 'mono'}`,
      // Where no sound is left, silence comes in larger pieces than the encoder takes.
      `asetnsamples=n=${AAC_FRAME_SAMPLES}:p=0`,
      `asplit=${labels.length}${labels.map((label) => `[${label}]`).join('')}`,
    ].join(','),
  ]
}

const plannedEnd = (plan: RenditionPlan): number =>
  plan.durationSeconds + plan.zeroSeconds.video + SHIFT_SECONDS

const encodedSampleRate = (plan: RenditionPlan): number => {
  const { sampleRate = 48_000 } = plan.media.audio ?? {}
  return AAC_SAMPLE_RATES.includes(sampleRate) ? sampleRate : 48_000
}
