import { createHash, randomBytes } from 'node:crypto'
import type { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeDigest, resumableDigest } from '../../../../shared/storage/blobs/running-digest.ts'

const MIB = 1024 * 1024
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
/** A thread that has ended has no id any more. */
const ENDED = -1

describe('a digest that workers hand on', () => {
  it('is Node’s, however the bytes are cut and whoever takes them up', async () => {
    const piece = fc.record({
      length: fc.oneof(fc.nat(200), fc.constantFrom(MIB - 1, MIB, MIB + 1, 3 * MIB + 7)),
      handOver: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const bytes = randomBytes(pieces.reduce((sum, { length }) => sum + length, 0))
        let state: string | null = null
        let taken = 0
        for (let next = 0; ; ) {
          await using digest = resumableDigest(state)
          let handOver = false
          while (next < pieces.length && !handOver) {
            const each = pieces[next++] ?? { length: 0, handOver: false }
            // The caller may use its memory again at once.
            const lent = Buffer.from(bytes.subarray(taken, taken + each.length))
            await digest.update(lent)
            lent.fill(0)
            taken += each.length
            handOver = each.handOver
          }
          if (!handOver) {
            expect(await digest.hex()).toBe(sha256(bytes))
            return
          }
          state = await digest.state()
        }
      }),
      { numRuns: 12 },
    )
  })

  it('takes more than its memory holds', async () => {
    const bytes = randomBytes(40 * MIB)
    await using digest = resumableDigest(null)
    await digest.update(bytes)
    await expect(digest.hex()).resolves.toBe(sha256(bytes))
  })

  it('says so if what it was to take up is not the state of a digest', async () => {
    await using digest = resumableDigest('bm90IGEgc3RhdGU=')
    await expect(digest.update(randomBytes(20 * MIB))).rejects.toThrow('computes a digest')
    await expect(digest.hex()).rejects.toMatchObject({
      message: 'The thread that computes a digest ended.',
      cause: expect.any(Error),
    })
  })

  it('ends its thread with the job, whatever became of it', async () => {
    const started: Worker[] = []
    const note = (worker: Worker) => started.push(worker)
    process.on('worker', note)
    onTestFinished(() => void process.off('worker', note))
    const job = async () => {
      await using digest = resumableDigest(null)
      await digest.update(randomBytes(20 * MIB))
      expect(started).toMatchObject([{ threadId: expect.toSatisfy((id) => id !== ENDED) }])
      throw new Error('The job failed.')
    }
    await expect(job()).rejects.toThrow('The job failed.')
    expect(started).toMatchObject([{ threadId: ENDED }])
  })

  it('does not wait for a thread that was ended under it', async () => {
    const digest = resumableDigest(null)
    onTestFinished(() => digest[Symbol.asyncDispose]())
    const asked = expect(digest.hex()).rejects.toThrow('computes a digest')
    await digest[Symbol.asyncDispose]()
    await asked
  })
})

it('a digest for one worker says that it cannot be handed on', async () => {
  await using digest = nodeDigest()
  await digest.update(Buffer.from('a'))
  await expect(digest.state()).rejects.toThrow('cannot be handed on')
})
