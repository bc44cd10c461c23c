import { chunkCommand } from '../../../shared/media/chunk/chunk-command.ts'
import type { RenditionPlan } from '../../../shared/media/plan.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { fileSource, planOf } from '../../contract/media/support.ts'

/** What the pipeline would make of a recording, and how it encodes the proxy. */
export type ProxySettings = {
  plan: RenditionPlan
  /** Size of the proxy, as the filter of ffmpeg, which scales as it does by default. */
  scale: string
  /** The options of its encoders alone, without what cuts chunks or counts threads. */
  encoder: string[]
}

/** Options that have to do with chunks, clocks and pipes, not with how a picture is encoded. */
const OF_CHUNKS = ['-map', '-threads:v', '-threads:a', '-enc_time_base:v', '-force_key_frames']
/** The first option of the muxer: the encoders' are before it. */
const MUXER = '-to'

/** Reads the settings off the command that the pipeline runs, so that both encode alike. */
export async function proxySettingsFor(tools: MediaTools, file: string): Promise<ProxySettings> {
  const plan = await planOf(fileSource(file), tools)
  const [chunk] = plan.chunks
  if (!chunk) throw new Error(`${file} has no chunk.`)
  const unread = async () => {}
  const wanted = { copy: false, proxy: true, storyboard: false }
  const readers = { copy: unread, descent: unread, proxy: unread, storyboard: unread }
  const [proxy] = chunkCommand(plan, chunk, wanted, 'unused', readers).outputs
  const options = proxy?.options ?? []
  const encoders = options.slice(0, options.indexOf(MUXER))
  const pairs = Array.from({ length: encoders.length / 2 }, (_, n) =>
    encoders.slice(2 * n, 2 * n + 2),
  )
  return {
    plan,
    scale: `scale=${plan.proxy.width}:${plan.proxy.height},setsar=1,format=yuv420p`,
    encoder: pairs.filter(([name = '']) => !OF_CHUNKS.includes(name)).flat(),
  }
}
