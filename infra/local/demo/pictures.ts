import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DemoError } from './checks.ts'
import { CAMDEN_INVESTIGATOR } from './people.ts'
import type { Playback } from './play.ts'
import { ffprobe } from './run-tool.ts'
import type { Stage } from './stage.ts'

/** Codecs want even sizes, so a scaled picture may be a little off the recording's shape. */
const SHAPE_TOLERANCE = 0.02

type Picture = { codec_name: string; width: number; height: number }

/** The poster is a picture of the recording's shape; the storyboard names tiles that are there. */
export async function lookAtPictures(
  stage: Stage,
  id: string,
  file: string,
  { storyboardUrl }: Playback,
): Promise<string> {
  const { checks, client } = stage
  const { headers } = await client.ask(CAMDEN_INVESTIGATOR, `/footage/${id}/poster`)
  const poster = await pictureAt(stage, headers.get('location'), 'poster.jpg')
  const recording = await pictureOf(stage, file)
  checks.holds(
    'the poster',
    poster.codec_name === 'mjpeg' && hasShape(poster, recording),
    `a JPEG of the shape of ${recording.width}×${recording.height}`,
    `${poster.codec_name} ${poster.width}×${poster.height}`,
  )

  const track = await (await fetch(storyboardUrl)).text()
  const tiles = [...track.matchAll(/^(\S+\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm)]
  const cues = track.match(/-->/g)?.length ?? 0
  const sheets = new Map<string, Picture>()
  for (const [, sheet = ''] of tiles) {
    if (!sheets.has(sheet)) {
      sheets.set(sheet, await pictureAt(stage, new URL(sheet, storyboardUrl).href, sheet))
    }
  }
  const inside = tiles.filter(([, sheet = '', ...numbers]) => {
    const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number)
    const picture = sheets.get(sheet)
    return picture && width > 0 && x + width <= picture.width && y + height <= picture.height
  })
  checks.holds(
    'the storyboard',
    track.startsWith('WEBVTT') && cues > 0 && inside.length === cues,
    'WebVTT, each cue naming a tile inside its sheet',
    `${cues} cues, ${inside.length} tiles on ${sheets.size} sheets`,
  )
  return `poster ${poster.width}×${poster.height}, storyboard of ${inside.length} tiles`
}

async function pictureAt(stage: Stage, url: string | null, name: string): Promise<Picture> {
  if (!url) throw new DemoError(`Expected a redirect to ${name}, seen none.`)
  const file = path.join(stage.folder, name)
  await writeFile(file, Buffer.from(await (await fetch(url)).arrayBuffer()))
  return pictureOf(stage, file)
}

async function pictureOf(stage: Stage, file: string): Promise<Picture> {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'stream=codec_name,width,height']
  const { streams } = await ffprobe<{ streams: Picture[] }>(stage, file, ...entries)
  const [picture] = streams
  if (picture) return picture
  throw new DemoError(`Expected a picture in ${path.basename(file)}, seen none.`)
}

const hasShape = (picture: Picture, like: Picture): boolean =>
  picture.width <= like.width &&
  Math.abs(picture.width / picture.height / (like.width / like.height) - 1) <= SHAPE_TOLERANCE
