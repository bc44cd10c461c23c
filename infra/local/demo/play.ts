import { CAMDEN_INVESTIGATOR } from './people.ts'
import { countVideoPackets, ffprobe, hashVideoPackets } from './run-tool.ts'
import type { Stage } from './stage.ts'

/** Two frames of the slowest camera: what a playlist may differ from the recording in length. */
const LENGTH_TOLERANCE_SECONDS = 0.2

/** What `POST /footage/{id}/playback` answers, as far as it is looked at here. */
export type Playback = {
  url: string
  storyboardUrl: string
  renditions: { kind: string; state: string; statement: string }[]
}

/** Opens the recording for the investigator of its borough. */
export const openPlayback = ({ client }: Stage, id: string): Promise<Playback> =>
  client.post(CAMDEN_INVESTIGATOR, `/footage/${id}/playback`, { reason: 'demonstration' })

/** An investigator opens the recording; what the playlists play is held against the original. */
export async function playIt(
  stage: Stage,
  id: string,
  file: string,
): Promise<{ playback: Playback; summary: string }> {
  const { checks } = stage
  const playback = await openPlayback(stage, id)
  const master = await (await fetch(playback.url)).text()
  const variants = master.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  checks.equal('the master playlist offers', variants, ['copy.m3u8', 'proxy.m3u8'])
  const statements = Object.fromEntries(playback.renditions.map((r) => [r.kind, r.statement]))
  checks.equal('viewers are told', statements, {
    copy: 'stream copy of the master',
    proxy: 'proxy, not for examination',
  })

  const copy = new URL('copy.m3u8', playback.url).href
  const proxy = new URL('proxy.m3u8', playback.url).href
  const pictures = await countVideoPackets(stage, copy)
  checks.equal('pictures that the copy plays', pictures, await countVideoPackets(stage, file))
  checks.equal(
    'SHA-256 of the copy’s video packets',
    await hashVideoPackets(stage, copy),
    await hashVideoPackets(stage, file),
  )
  const [seen, expected] = await Promise.all([lengthOf(stage, proxy), lengthOf(stage, file)])
  checks.holds(
    'length of the proxy',
    Math.abs(seen - expected) <= LENGTH_TOLERANCE_SECONDS,
    `${expected} s`,
    `${seen} s`,
  )
  return { playback, summary: `copy and proxy play, ${pictures} pictures in the copy` }
}

async function lengthOf(stage: Stage, source: string): Promise<number> {
  const entries = ['-show_entries', 'format=duration']
  const { format } = await ffprobe<{ format: { duration: string } }>(stage, source, ...entries)
  return Number(format.duration)
}
