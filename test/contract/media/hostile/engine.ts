import { expect, vi } from 'vitest'
import { renderChunk } from '../../../../shared/media/chunk/render-chunk.ts'
import { MediaError } from '../../../../shared/media/errors.ts'
import { NOWHERE } from '../../../../shared/media/output-sink.ts'
import type { RenditionPlan } from '../../../../shared/media/plan.ts'
import { planRenditions } from '../../../../shared/media/planning/plan-renditions.ts'
import { makePoster } from '../../../../shared/media/poster/poster.ts'
import { readKeyframes } from '../../../../shared/media/probing/keyframes.ts'
import { probe } from '../../../../shared/media/probing/probe.ts'
import type { MediaTools } from '../../../../shared/media/running/tools.ts'
import type { FootageSource } from '../../../../shared/media/source.ts'
import { residentBytes } from '../../../bench/measure/processes.ts'
import { processes } from '../../../processes.ts'
import { bytesSource, EVERYTHING, never } from '../support.ts'

/** How a recording ends that went the whole way through the engine. */
export type Outcome =
  | { end: 'unplayable'; reason: string; detail: string }
  /** Pictures of the copy, chunk by chunk; null: that chunk failed, the others play. */
  | { end: 'ready'; plan: RenditionPlan; pictures: (number | null)[]; poster: boolean }

/** Less than the 1 GB that a job has, for what Node takes of it. */
const MOST_RESIDENT_BYTES = 800 * 1024 * 1024
/** How often it is looked at how much memory programs have, and have had at most. */
const LOOK_EVERY_MS = 100
const most = { residentBytes: 0 }

/**
 * Takes a recording the whole way: probe, keyframes, plan, every chunk, poster.
 * @throws whatever is no MediaError: that would be a crash of the worker
 */
export async function throughEngine(bytes: Buffer, tools: MediaTools): Promise<Outcome> {
  const watch = setInterval(() => {
    for (const { pid } of programs())
      most.residentBytes = Math.max(most.residentBytes, residentBytes(pid).peak)
  }, LOOK_EVERY_MS)
  try {
    return await wholeWay(bytesSource(bytes), tools)
  } finally {
    clearInterval(watch)
  }
}

async function wholeWay(source: FootageSource, tools: MediaTools): Promise<Outcome> {
  const probed = await probe(source, tools, never)
  if (!probed.playable) return unplayable(probed)
  const read = await readKeyframes(source, probed.media, tools, never)
  if (!read.playable) return unplayable(read)
  const plan = planRenditions(probed.media, read.keyframes)
  const pictures: (number | null)[] = []
  for (const chunk of plan.chunks) {
    const job = { source, tools, plan, chunk, wanted: EVERYTHING, signal: never }
    const rendered = await orFailed(renderChunk({ ...job, openOutput: () => NOWHERE }))
    pictures.push(rendered?.copy?.video.packets ?? null)
  }
  return { end: 'ready', plan, pictures, poster: await hasPoster(source, tools, plan) }
}

const unplayable = ({ reason, detail }: { reason: string; detail: string }): Outcome => ({
  end: 'unplayable',
  reason,
  detail,
})

const hasPoster = async (source: FootageSource, tools: MediaTools, plan: RenditionPlan) =>
  (await orFailed(makePoster({ source, tools, plan, signal: never }))) !== null

/** Of a hostile recording a run may fail, if it says so in the engine's own words. */
const orFailed = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    if (error instanceof MediaError) return null
    throw error
  })

/** Fails if this process has left a program behind, or if one was too large. The engine writes no files. */
export async function expectNothingLeft(): Promise<void> {
  await vi.waitFor(() => expect(programs()).toEqual([]))
  expect(most.residentBytes).toBeLessThan(MOST_RESIDENT_BYTES)
}

const programs = () =>
  processes().filter(
    ({ parent, name }) => parent === process.pid && /ffmpeg|ffprobe|prlimit|setpriv/.test(name),
  )
