import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { listenOnLoopback } from '../loopback.ts'

/** A page that plays what the app hands out. */
export type Player = {
  /** The page, with nothing to play yet. */
  url: string
  /** The page, about to play. The playback URL stands behind the `#`: it never reaches a server. */
  playerUrl(playbackUrl: string): string
  dispose(): Promise<void>
}

const PAGE = new URL('player.html', import.meta.url)
const HLS = createRequire(import.meta.url).resolve('hls.js/dist/hls.mjs')

/**
 * Serves the developer's player on an origin of its own, as a web client would have in Azure:
 * playlists cross to the app's origin, chunks from there to the storage's.
 * @param port 0 takes any free port
 * @throws Error naming the port when it is taken
 */
export async function startPlayer(port: number): Promise<Player> {
  const files: Record<string, { type: string; content: Buffer }> = {
    '/': { type: 'text/html; charset=utf-8', content: await readFile(PAGE) },
    '/hls.js': { type: 'text/javascript; charset=utf-8', content: await readFile(HLS) },
  }
  const server = createServer((incoming, outgoing) => {
    const file = files[incoming.url ?? '']
    if (!file) return outgoing.writeHead(404).end()
    outgoing.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-store' })
    outgoing.end(file.content)
  })
  const { origin, close } = await listenOnLoopback(server, port, 'The player')
  const url = `${origin}/`
  return { url, playerUrl: (playbackUrl) => `${url}#${playbackUrl}`, dispose: close }
}
