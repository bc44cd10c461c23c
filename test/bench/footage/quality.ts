import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { findMediaTools, type MediaTools } from '../../../shared/media/running/tools.ts'
import type { Bench } from '../harness/row.ts'
import { inFolder } from './raw-commands.ts'

const run = promisify(execFile)

/** How like the original a proxy looks, the original scaled to its size. */
export type Quality = { ssim: number; vmaf: number | null }

/** VMAF looks at every so many pictures: its mean hardly changes, its time does. */
const VMAF_STEP = 5

/** Compares picture by picture, by their numbers: both must have the same ones. */
export async function qualityOf(
  bench: Bench,
  proxy: string,
  file: string,
  size: { width: number; height: number },
): Promise<Quality> {
  const measuring = await toolsWithVmaf(bench.tools)
  const { ffmpeg } = measuring ?? bench.tools
  const numbered = 'settb=1/30,setpts=N,format=yuv420p'
  const original = `scale=${size.width}:${size.height}:flags=bicubic,${numbered}`
  return inFolder(bench, async (folder) => {
    const log = path.join(folder, 'vmaf.json')
    const comparisons = [
      'ssim',
      ...(measuring
        ? [`libvmaf=n_threads=2:n_subsample=${VMAF_STEP}:log_fmt=json:log_path=${log}`]
        : []),
    ]
    const labels = (letter: string) => comparisons.map((_, n) => `[${letter}${n}]`).join('')
    const graph = [
      `[0:v]${numbered},split=${comparisons.length}${labels('a')}`,
      `[1:v]${original},split=${comparisons.length}${labels('b')}`,
      ...comparisons.map((filter, n) => `[a${n}][b${n}]${filter}[c${n}]`),
    ]
    const maps = comparisons.flatMap((_, n) => ['-map', `[c${n}]`])
    const { stderr } = await run(ffmpeg, [
      ...['-hide_banner', '-nostdin', '-i', proxy, '-i', file],
      ...['-filter_complex', graph.join(';'), ...maps, '-f', 'null', '-'],
    ])
    const ssim = /SSIM .*All:([\d.]+)/.exec(stderr)?.[1]
    if (!ssim) throw new Error(`ffmpeg said nothing of SSIM: ${stderr.slice(-300)}`)
    return { ssim: Number(ssim), vmaf: measuring ? vmafIn(await readFile(log, 'utf8')) : null }
  })
}

const vmafIn = (log: string): number =>
  (JSON.parse(log) as { pooled_metrics: { vmaf: { mean: number } } }).pooled_metrics.vmaf.mean

/** The distribution's build may lack VMAF; what npm brought may have it. Null if none does. */
async function toolsWithVmaf(tools: MediaTools): Promise<MediaTools | null> {
  const brought = await findMediaTools({}).catch(() => null)
  for (const each of [tools, brought]) {
    if (!each) continue
    const { stdout } = await run(each.ffmpeg, ['-hide_banner', '-filters'])
    if (/ libvmaf /.test(stdout)) return each
  }
  return null
}
