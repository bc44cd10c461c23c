import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMessageText } from '../../../infra/local/functions-host/queue-message.ts'
import { pollingDelayMs } from '../../../infra/local/functions-host/queue-polling.ts'

describe('the text of a queue message', () => {
  it('is any text that was sent as base64', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sent = Buffer.from(text).toString('base64')
        expect(readMessageText(sent, 'base64')).toEqual({ kind: 'text', text })
      }),
    )
  })

  it.each(['{"a":1}', 'abc', 'YWJj=', 'YW Jj!', 'YQ', 'a-b_'])('is undecodable in %s', (sent) => {
    expect(readMessageText(sent, 'base64')).toEqual({ kind: 'undecodable' })
  })

  it('may be broken into lines', () => {
    expect(readMessageText('YW\r\nJj', 'base64')).toEqual({ kind: 'text', text: 'abc' })
  })

  it('cannot be bound when raw text looks like base64 by chance', () => {
    expect(readMessageText('footages', 'base64')).toEqual({ kind: 'unbindable' })
  })
})

describe('polling', () => {
  it('backs off from 100 ms to the maximum', () => {
    const delays = [1, 2, 3, 4, 5, 6].map((polls) => pollingDelayMs(polls, 2_000, 0.5))
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 2_000])
  })

  it('never leaves its bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (polls, random) => {
          const ms = pollingDelayMs(polls, 60_000, random)
          expect(ms).toBeGreaterThanOrEqual(100)
          expect(ms).toBeLessThanOrEqual(60_000)
        },
      ),
    )
  })
})
