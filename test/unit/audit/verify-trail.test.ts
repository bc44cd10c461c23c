import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExportedTrail, exportedTrailSchema } from '../../../shared/audit/exported-trail.ts'
import { verifyTrail } from '../../../shared/audit/verify-trail.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { type SampleTrail, sampleTrail } from './exported-trail.ts'

let sample: SampleTrail
beforeAll(async () => {
  sample = await sampleTrail()
})
afterAll(() => sample[Symbol.asyncDispose]())

/** A copy of the sample to tamper with. */
const copy = (): ExportedTrail => structuredClone(sample.trail)

describe('a trail that was left alone', () => {
  it('is whole, and vouched for up to the last anchored entry by the first anchor over it', async () => {
    const verdict = await verifyTrail(sample.trail, sample.authority.certificatePem)
    expect(verdict).toMatchObject({
      whole: true,
      entries: 5,
      anchored: { upTo: 4, anchor: 2, timestamp: { trusted: true } },
      unanchored: { from: 5 },
    })
  })

  it('is so after a journey through JSON, the anchors in any order', async () => {
    const { anchors, ...rest } = exportedTrailSchema.parse(JSON.parse(JSON.stringify(copy())))
    const turned = { ...rest, anchors: anchors.toReversed() }
    await expect(verifyTrail(turned, null)).resolves.toMatchObject({
      whole: true,
      anchored: { upTo: 4, anchor: 2, timestamp: { trusted: false } },
    })
  })
})

describe('found is', () => {
  const evidence = (trail: ExportedTrail, number: number) => {
    const found = trail.anchors[number - 1]
    if (!found?.anchor || !found.inclusion || !found.token) throw new Error('No such anchor.')
    return { ...found, anchor: found.anchor, inclusion: found.inclusion, token: found.token }
  }
  type Evidence = ReturnType<typeof evidence>
  const ofAnchor = (change: Partial<Evidence['anchor']>) => (was: Evidence) => ({
    anchor: { ...was.anchor, ...change },
  })
  const ofProof = (change: Partial<Evidence['inclusion']>) => (was: Evidence) => ({
    inclusion: { ...was.inclusion, ...change },
  })
  const ofHead = (change: Partial<Evidence['inclusion']['head']>) => (was: Evidence) =>
    ofProof({ head: { ...was.inclusion.head, ...change } })(was)
  const tampers: [what: string, change: (was: Evidence) => object, because: string][] = [
    ['another root', ofAnchor({ root: 'a'.repeat(64) }), 'proof'],
    ['another size', ofAnchor({ size: 3 }), 'proof'],
    ['another number', ofAnchor({ number: 9 }), 'proof'],
    ['another time', ofAnchor({ at: '2020-01-01T00:00:00.000Z' }), 'token'],
    ['another predecessor', ofAnchor({ previous: 'b'.repeat(64) }), 'token'],
    ['another place', ofProof({ index: 0 }), 'proof'],
    ['no path', ofProof({ path: [] }), 'proof'],
    ['another head', ofHead({ hash: 'c'.repeat(64) }), 'proof'],
    ['the head of another recording', ofHead({ footageId: newFootageId() }), 'proof'],
    ['nothing', () => ({ anchor: null }), 'proof'],
    ['no proof', () => ({ inclusion: null }), 'proof'],
    ['the token of another', () => ({ token: evidence(sample.trail, 3).token }), 'token'],
    ['a token that is none', () => ({ token: 'AAAA' }), 'token'],
  ]

  it.each(tampers)('an anchor with %s', async (_, change, because) => {
    const trail = copy()
    Object.assign(trail.anchors[1] ?? {}, change(evidence(trail, 2)))
    await expect(verifyTrail(trail, null)).resolves.toMatchObject({
      whole: false,
      brokenAt: 3,
      because,
      anchor: 2,
      provenUpTo: 2,
    })
  })

  it('any bit of a token that is turned', async () => {
    const token = Buffer.from(evidence(sample.trail, 2).token, 'base64')
    const untouched = await verifyTrail(sample.trail, sample.authority.certificatePem)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: token.length * 8 - 1 }), async (bit) => {
        const trail = copy()
        const turned = Buffer.from(token)
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        Object.assign(trail.anchors[1] ?? {}, { token: turned.toString('base64') })
        const verdict = await verifyTrail(trail, sample.authority.certificatePem)
        if (!verdict.whole) return
        // Bits outside of the signature may turn: who signed, when and over what is as it was.
        expect(verdict).toEqual(untouched)
      }),
      { numRuns: 150 },
    )
  })

  it('a timestamp of an authority that is not trusted', async () => {
    await using other = await sampleTrail()
    const verdict = await verifyTrail(sample.trail, other.authority.certificatePem)
    expect(verdict).toMatchObject({ whole: false, brokenAt: 1, because: 'token', anchor: 1 })
  })

  it('a cut before the last anchored entry, but none after it', async () => {
    const cut = (length: number) => ({ ...copy(), items: sample.trail.items.slice(0, length) })
    await expect(verifyTrail(cut(4), null)).resolves.toMatchObject({ whole: true, entries: 4 })
    await expect(verifyTrail(cut(3), null)).resolves.toMatchObject({
      brokenAt: 4,
      because: 'truncated',
      anchor: 2,
    })
  })
})
