import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { reverseProxy } from '../../../infra/local/storage-gateway/reverse-proxy.ts'

const CHUNK = Buffer.alloc(64 * 1024)

describe('reverseProxy', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections()
  })

  async function listen(listener: RequestListener): Promise<URL> {
    const server = createServer(listener).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  async function proxyInFrontOf(listener: RequestListener) {
    const answers: IncomingMessage[] = []
    let seen = () => {}
    const firstAnswer = new Promise<void>((resolve) => {
      seen = resolve
    })
    let left = () => {}
    const callerLeft = new Promise<void>((resolve) => {
      left = resolve
    })
    const proxy = reverseProxy(await listen(listener))
    const url = await listen((incoming, outgoing) => {
      outgoing.once('close', left)
      proxy.forward(incoming, outgoing, (answer) => {
        answers.push(answer)
        seen()
      })
    })
    return { url, answers, firstAnswer, callerLeft }
  }

  it('changes no header that could have been signed, in either direction', async () => {
    let received: string[] = []
    const { url } = await proxyInFrontOf((incoming, outgoing) => {
      received = incoming.rawHeaders
      outgoing.writeHead(201, 'Made', { 'X-Ms-Odd-Case': 'kept', Date: 'as the service said' })
      outgoing.end()
    })
    const headers = { Host: 'account.example:10000', 'X-MS-Date': 'today', 'content-length': 0 }
    const sent = request(url, { method: 'PUT', path: '/a%2Fb/c?x=%20&y', headers }).end()
    const [answer] = await once(sent, 'response')
    expect(received.join('\n')).toContain('Host\naccount.example:10000\nX-MS-Date\ntoday')
    expect(answer.statusMessage).toBe('Made')
    expect(answer.rawHeaders.join('\n')).toContain('X-Ms-Odd-Case\nkept\nDate\nas the service said')
    answer.resume()
  })

  it('passes each part on as it comes', async () => {
    const { url } = await proxyInFrontOf((incoming, outgoing) => {
      outgoing.flushHeaders()
      incoming.pipe(outgoing)
    })
    const sent = request(url, { method: 'PUT' })
    sent.write('first')
    const [echo] = await once(sent, 'response')
    expect(String((await once(echo, 'data'))[0])).toBe('first')
    sent.end('second')
    expect(String((await once(echo, 'data'))[0])).toBe('second')
  })

  it('holds the sender back when storage does not read', async () => {
    const { url } = await proxyInFrontOf((incoming) => incoming.pause())
    const sent = request(url, { method: 'PUT' })
    sent.on('error', () => {})
    let written = 0
    // Kernel buffers of three sockets take some megabytes; without back-pressure there is no end.
    while (written < 256 && (await writeOrStall(sent))) written++
    expect(written).toBeLessThan(256)
    sent.destroy()
  })

  it('cuts the request to storage when the sender breaks off', async () => {
    let cut: Promise<unknown> = Promise.resolve()
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { url, answers } = await proxyInFrontOf((incoming) => {
      cut = new Promise((resolve) => incoming.once('close', () => resolve(incoming.complete)))
      incoming.resume().once('data', arrived)
    })
    const sent = request(url, { method: 'PUT', headers: { 'content-length': 1000 } })
    sent.on('error', () => {})
    sent.write('part')
    await arrival
    sent.destroy()
    await expect(cut).resolves.toBe(false)
    expect(answers).toEqual([])
  })

  it('still sees the answer when the caller leaves after its whole request', async () => {
    let answerNow = () => {}
    const { url, firstAnswer, callerLeft } = await proxyInFrontOf((incoming, outgoing) => {
      incoming.resume().once('end', () => arrived())
      answerNow = () => outgoing.writeHead(201).end()
    })
    let arrived = () => {}
    const whole = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const sent = request(url, { method: 'PUT' })
    sent.on('error', () => {})
    sent.end('whole')
    await whole
    sent.destroy()
    await callerLeft
    answerNow()
    await expect(firstAnswer).resolves.toBeUndefined()
  })

  it('stops reading from storage when the reader leaves', async () => {
    let stopped: Promise<unknown> = Promise.resolve()
    const { url } = await proxyInFrontOf((_, outgoing) => {
      const timer = setInterval(() => outgoing.write(CHUNK), 1)
      stopped = once(outgoing, 'close').finally(() => clearInterval(timer))
    })
    const sent = request(url).end()
    const [answer] = await once(sent, 'response')
    answer.on('error', () => {})
    await once(answer, 'data')
    answer.destroy()
    await expect(stopped).resolves.toBeDefined()
  })

  it('answers 503 when storage dies between a whole request and its answer', async () => {
    const { url } = await proxyInFrontOf((incoming) => {
      incoming.resume().once('end', () => incoming.socket.destroy())
    })
    const answer = await fetch(url, { method: 'PUT', body: 'whole' })
    expect(answer.status).toBe(503)
  })

  it('shows the reader that storage broke off', async () => {
    const { url } = await proxyInFrontOf((_, outgoing) => {
      outgoing.writeHead(200, { 'content-length': 1000 })
      outgoing.write('part', () => outgoing.destroy())
    })
    const answer = await fetch(url)
    await expect(answer.text()).rejects.toThrow('terminated')
  })
})

/** False when the stream takes no more for a while in which a reader would have emptied it. */
function writeOrStall(stream: ReturnType<typeof request>): Promise<boolean> {
  if (stream.write(Buffer.alloc(1024 * 1024))) return Promise.resolve(true)
  return Promise.race([
    once(stream, 'drain').then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500)),
  ])
}
