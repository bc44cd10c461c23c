import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listenOnLoopback } from '../../../infra/local/loopback.ts'
import {
  startTimestampAuthority,
  type TimestampAuthority,
} from '../../../infra/local/timestamp-authority/timestamp-authority.ts'
import { createTimestampAuthority } from '../../../shared/audit/timestamp-authority.ts'
import { certificatesOf, readToken, verifyToken } from '../../../shared/audit/timestamp-token.ts'

const DATA = Buffer.from('what is to be timestamped')

let local: TimestampAuthority
beforeAll(async () => {
  local = await startTimestampAuthority()
})
afterAll(() => local.dispose())

/** An authority that answers as it is told. */
const stack: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of stack.splice(0)) await dispose()
})
async function answering(
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
): Promise<string> {
  const { origin, close } = await listenOnLoopback(createServer(answer), 0, 'an authority')
  stack.push(close)
  return origin
}
async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks)
}
const stamp = (url: string) => createTimestampAuthority(url).stamp(DATA)

describe('a query', () => {
  it('carries the digest of the data, a nonce of its own, and asks for the certificate', async () => {
    const bodies: Buffer[] = []
    const url = await answering(async (incoming, outgoing) => {
      expect(incoming.headers['content-type']).toBe('application/timestamp-query')
      bodies.push(await bodyOf(incoming))
      outgoing.writeHead(500).end()
    })
    for (let attempt = 0; attempt < 2; attempt += 1) await stamp(url).catch(() => null)
    const [one, other] = bodies
    const digest = await crypto.subtle.digest('SHA-256', DATA)
    expect(one?.includes(Buffer.from(digest))).toBe(true)
    // certReq BOOLEAN TRUE is last.
    expect(one?.subarray(-3)).toEqual(Buffer.from('0101ff', 'hex'))
    expect(one).not.toEqual(other)
  })
})

describe('not taken for a timestamp is', () => {
  it('an error', async () => {
    const url = await answering((_, outgoing) => outgoing.writeHead(503).end())
    await expect(stamp(url)).rejects.toThrow('answered 503')
  })

  it('a redirect', async () => {
    const url = await answering((_, outgoing) =>
      outgoing.writeHead(307, { location: local.url }).end(),
    )
    await expect(stamp(url)).rejects.toThrow()
  })

  it('a refusal', async () => {
    const url = await answering((_, outgoing) =>
      outgoing.writeHead(200).end(Buffer.from('30053003020102', 'hex')),
    )
    await expect(stamp(url)).rejects.toThrow('refused with status 2')
  })

  it('something else', async () => {
    const url = await answering((_, outgoing) => outgoing.writeHead(200).end('<html>'))
    await expect(stamp(url)).rejects.toThrow()
  })

  it('an answer without end', async () => {
    const url = await answering((_, outgoing) => {
      const more = () => {
        if (!outgoing.destroyed && outgoing.write(Buffer.alloc(64 * 1024))) setImmediate(more)
      }
      outgoing.on('drain', more)
      more()
    })
    await expect(stamp(url)).rejects.toThrow('more than 262144 bytes')
  })

  it('an old answer that is given again', async () => {
    let first: Buffer | null = null
    const url = await answering(async (incoming, outgoing) => {
      const body = await bodyOf(incoming)
      const headers = { 'content-type': 'application/timestamp-query' }
      const answer = await fetch(local.url, { method: 'POST', headers, body })
      first ??= Buffer.from(await answer.arrayBuffer())
      outgoing.writeHead(200).end(first)
    })
    await expect(stamp(url)).resolves.toBeInstanceOf(Buffer)
    await expect(stamp(url)).rejects.toThrow('another query')
  })

  it('nothing at all', async () => {
    const url = await answering((incoming) => incoming.socket.destroy())
    await expect(stamp(url)).rejects.toThrow()
  })
})

describe('a token', () => {
  it('is of the data that it was asked for, and of no other', async () => {
    const token = await stamp(local.url)
    await expect(verifyToken(token, DATA, null)).resolves.toMatchObject({
      valid: true,
      trusted: false,
    })
    await expect(verifyToken(token, Buffer.from('else'), null)).resolves.toEqual({
      valid: false,
      because: 'over something else',
    })
  })

  it('has the time of the authority', async () => {
    const token = await stamp(local.url)
    const verdict = await verifyToken(token, DATA, local.certificatePem)
    expect(verdict).toHaveProperty('timestamp.at', readToken(token).info.genTime.toISOString())
  })

  it.each(['', 'no token', '30053003020102'])('is not %j', async (text) => {
    const bytes = Buffer.from(text, /^[0-9]+$/.test(text) ? 'hex' : 'utf8')
    await expect(verifyToken(bytes, DATA, null)).resolves.toMatchObject({ valid: false })
  })
})

it('needs a certificate where it is given a text of them', () => {
  expect(certificatesOf(local.certificatePem + local.certificatePem)).toHaveLength(2)
  expect(() => certificatesOf('nothing')).toThrow('no PEM certificate')
})
