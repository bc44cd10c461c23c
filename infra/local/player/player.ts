import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { listenOnLoopback } from '../loopback.ts'
import { reverseProxy } from '../storage-gateway/reverse-proxy.ts'

export type Player = {
  /** The page; `?src=` takes a playback URL. */
  url: string
  dispose(): Promise<void>
}

const PAGE = new URL('player.html', import.meta.url)

/**
 * Serves a page that plays a playback URL in any browser, and the app's `/api` beside it on the
 * same origin. Chunks come straight from storage, across origins, as they do in Azure.
 * @param hostUrl the Functions host, without a trailing slash
 * @param port 0 takes any free port
 * @throws Error naming the port when it is taken
 */
export async function startPlayer(hostUrl: string, port: number): Promise<Player> {
  const hls = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.mjs')
  const files: Record<string, { type: string; content: Buffer }> = {
    '/': { type: 'text/html; charset=utf-8', content: await readFile(PAGE) },
    '/hls.mjs': { type: 'text/javascript', content: await readFile(hls) },
  }
  const app = reverseProxy(new URL(hostUrl))
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://player.invalid')
    const file = files[pathname]
    if (file) outgoing.writeHead(200, { 'content-type': file.type }).end(file.content)
    else if (pathname.startsWith('/api/')) app.forward(incoming, outgoing, () => {})
    else outgoing.writeHead(404).end()
  })
  const { origin, close } = await listenOnLoopback(server, port, 'The player')
  return {
    url: `${origin}/`,
    async dispose() {
      await close()
      app.close()
    },
  }
}
