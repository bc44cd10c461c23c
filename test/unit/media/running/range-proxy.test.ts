import { describe, expect, it } from 'vitest'
import { parseRange, serveRanges } from '../../../../shared/media/running/range-proxy.ts'
import type { FootageSource } from '../../../../shared/media/source.ts'

const DIGITS = Buffer.from('0123456789'.repeat(100))
const digits: FootageSource = {
  size: DIGITS.length,
  async *read(start, end) {
    for (let at = start; at < end; at += 7) yield DIGITS.subarray(at, Math.min(end, at + 7))
  },
}
const never = new AbortController().signal
const get = (url: string, range?: string) => fetch(url, range ? { headers: { range } } : {})

describe('serveRanges', () => {
  it('gives exactly the bytes asked for and counts them', async () => {
    await using proxy = await serveRanges(digits, { signal: never })
    const answer = await get(proxy.url, 'bytes=12-17')
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, 'bytes 12-17/1000'])
    expect(await answer.text()).toBe('234567')
    expect(proxy.bytesRead()).toBe(6)
  })

  it('ends an open range after a window', async () => {
    await using proxy = await serveRanges(digits, { signal: never, windowBytes: 64 })
    const answer = await get(proxy.url, 'bytes=900-')
    expect(answer.headers.get('content-range')).toBe('bytes 900-963/1000')
    expect(answer.headers.get('connection')).toBe('close')
    expect(await answer.text()).toHaveLength(64)
    expect(await (await get(proxy.url, 'bytes=990-')).text()).toBe('0123456789')
  })

  it('answers nobody who does not know the address, and no range outside', async () => {
    await using proxy = await serveRanges(digits, { signal: never })
    expect((await get(new URL('/', proxy.url).href)).status).toBe(404)
    expect((await get(proxy.url, 'bytes=1000-')).status).toBe(416)
    expect(parseRange('bytes=5-3', 10)).toBeNull()
    expect(parseRange('items=1-2', 10)).toBeNull()
    expect(parseRange(undefined, 10)).toEqual({ start: 0, end: 10 })
  })

  it('breaks the connection when the source fails, and remembers why', async () => {
    const broken: FootageSource = {
      size: 1000,
      async *read() {
        yield DIGITS.subarray(0, 10)
        throw new Error('gone')
      },
    }
    await using proxy = await serveRanges(broken, { signal: never })
    await expect(get(proxy.url).then((answer) => answer.text())).rejects.toThrow()
    expect(proxy.failure()).toMatchObject({ message: 'gone' })
  })

  it('is gone after use', async () => {
    const proxy = await serveRanges(digits, { signal: never })
    await proxy[Symbol.asyncDispose]()
    await expect(get(proxy.url)).rejects.toThrow()
  })
})
