import os from 'node:os'
import type { MediaTools } from '../../../shared/media/running/tools.ts'

const GIB = 1024 ** 3

/** The machine on one line: figures of another one cannot be compared with its own. */
export function describeMachine({ version }: MediaTools): string {
  const [cpu] = os.cpus()
  return [
    `${os.availableParallelism()} × ${cpu?.model.trim() ?? 'unknown processor'}`,
    `${(os.totalmem() / GIB).toFixed(0)} GiB`,
    `${os.type()} ${os.release()}`,
    `Node ${process.versions.node}`,
    `ffmpeg ${version}`,
    `load ${os.loadavg()[0]?.toFixed(1)}`,
  ].join(' · ')
}
