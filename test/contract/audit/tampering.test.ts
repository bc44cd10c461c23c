import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startTimestampAuthority,
  type TimestampAuthority,
} from '../../../infra/local/timestamp-authority/timestamp-authority.ts'
import { type AuditEntry, nextEntry } from '../../../shared/audit/chain.ts'
import { createTimestampAuthority } from '../../../shared/audit/timestamp-authority.ts'
import { verifyTrail } from '../../../shared/audit/verify-trail.ts'
import type { FootageId } from '../../../shared/footage/ids.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { ACT, type Anchoring, openAnchoring, overwrite, rowOf } from './anchoring.ts'

let storage: TestStorage
let authority: TimestampAuthority
let anchoring: Anchoring
beforeAll(async () => {
  storage = await startStorage()
  authority = await startTimestampAuthority()
  anchoring = openAnchoring(storage, createTimestampAuthority(authority.url))
})
afterAll(async () => {
  await authority.dispose()
  await storage[Symbol.asyncDispose]()
})

const trailOf = (id: FootageId): Promise<AuditEntry[]> => anchoring.services.audit.read(id)

/** The entry of that sequence. */
async function entry(id: FootageId, sequence: number): Promise<AuditEntry> {
  const found = (await trailOf(id))[sequence - 1]
  if (!found) throw new Error(`There is no entry ${sequence}.`)
  return found
}

const remove = (id: FootageId, sequence: number) =>
  storage.clients.table('audit').deleteEntity(id, rowOf(sequence))

/** Writes a chain anew from an entry on, every hash right. */
async function forgeFrom(id: FootageId, sequence: number, length: number): Promise<void> {
  let head = sequence === 1 ? null : await entry(id, sequence - 1)
  for (let next = sequence; next <= length; next += 1) {
    head = nextEntry(id, head, { ...ACT, detail: { forged: next } }, new Date())
    await overwrite(storage, id, next, head)
  }
}

/** A chain of six entries: after each count of `anchored`, one anchor. */
async function chainAnchoredAt(...anchored: number[]): Promise<FootageId> {
  const id = await anchoring.chainOf(0)
  let length = 0
  for (const upTo of anchored) {
    await anchoring.append(id, upTo - length)
    await anchoring.anchor()
    length = upTo
  }
  await anchoring.append(id, 6 - length)
  return id
}

describe('the chain alone shows', () => {
  const whole = () => chainAnchoredAt()

  it('nothing where nothing was done', async () => {
    await expect(anchoring.verdict(await whole())).resolves.toMatchObject({
      whole: true,
      anchored: null,
      unanchored: { from: 1 },
    })
  })

  it('an entry that was edited', async () => {
    const id = await whole()
    await overwrite(storage, id, 4, { ...(await entry(id, 4)), reason: 'a better one' })
    await expect(anchoring.verdict(id)).resolves.toMatchObject({ brokenAt: 4, because: 'hash' })
  })

  it.each(['no JSON', '{}', 'null'])('a row that holds %s', async (text) => {
    const id = await whole()
    await overwrite(storage, id, 4, text)
    const verdict = { brokenAt: 4, because: 'unreadable' }
    await expect(anchoring.verdict(id)).resolves.toMatchObject(verdict)
  })

  it('an entry that was removed', async () => {
    const id = await whole()
    await remove(id, 2)
    await expect(anchoring.verdict(id)).resolves.toMatchObject({ brokenAt: 2, because: 'sequence' })
  })

  it('two entries that changed places', async () => {
    const id = await whole()
    const [second, third] = [await entry(id, 2), await entry(id, 3)]
    await overwrite(storage, id, 2, third)
    await overwrite(storage, id, 3, second)
    await expect(anchoring.verdict(id)).resolves.toMatchObject({ brokenAt: 2, because: 'sequence' })
  })

  it('an entry that was put in between, the others moved up', async () => {
    const id = await whole()
    for (let sequence = 6; sequence >= 3; sequence -= 1) {
      await overwrite(storage, id, sequence + 1, {
        ...(await entry(id, sequence)),
        sequence: sequence + 1,
      })
    }
    await overwrite(storage, id, 3, nextEntry(id, await entry(id, 2), ACT, new Date()))
    await expect(anchoring.verdict(id)).resolves.toMatchObject({ brokenAt: 4, because: 'previous' })
  })

  it('entries that two recordings have exchanged', async () => {
    const [one, other] = [await whole(), await whole()]
    const [ofOne, ofOther] = [await entry(one, 3), await entry(other, 3)]
    await overwrite(storage, one, 3, ofOther)
    await overwrite(storage, other, 3, ofOne)
    for (const id of [one, other]) {
      const verdict = { brokenAt: 3, because: 'footage' }
      await expect(anchoring.verdict(id)).resolves.toMatchObject(verdict)
    }
  })
})

describe('the anchors show', () => {
  it('a tail that was cut off', async () => {
    const id = await chainAnchoredAt(3, 6)
    await remove(id, 6)
    await remove(id, 5)
    await expect(anchoring.verdict(id)).resolves.toMatchObject({
      whole: false,
      entries: 4,
      brokenAt: 5,
      because: 'truncated',
      provenUpTo: 3,
    })
  })

  it('a trail that was removed as a whole', async () => {
    const id = await chainAnchoredAt(6)
    for (let sequence = 1; sequence <= 6; sequence += 1) await remove(id, sequence)
    await expect(anchoring.verdict(id)).resolves.toMatchObject({
      entries: 0,
      brokenAt: 1,
      because: 'truncated',
    })
  })

  it('a tail that was cut off, grew again, and was anchored again', async () => {
    const id = await chainAnchoredAt(2, 6)
    for (const sequence of [6, 5, 4]) await remove(id, sequence)
    await anchoring.append(id, 5)
    await anchoring.anchor()
    await expect(anchoring.verdict(id)).resolves.toMatchObject({
      whole: false,
      brokenAt: 3,
      because: 'rewritten',
      provenUpTo: 2,
    })
  })

  it.each([1, 3, 5])(
    'a chain that was written anew from entry %i, every hash right',
    async (from) => {
      const id = await chainAnchoredAt(1, 2, 3, 4, 5, 6)
      await forgeFrom(id, from, 6)
      await expect(anchoring.verdict(id)).resolves.toMatchObject({
        whole: false,
        brokenAt: from,
        because: 'rewritten',
        provenUpTo: from - 1,
      })
    },
  )

  it('what was written anew before an entry that is plainly broken', async () => {
    const id = await chainAnchoredAt(1, 2, 3)
    await forgeFrom(id, 2, 6)
    await overwrite(storage, id, 5, 'no entry')
    await expect(anchoring.verdict(id)).resolves.toMatchObject({
      brokenAt: 2,
      because: 'rewritten',
    })
  })

  it('whole chains that two recordings have exchanged', async () => {
    const [one, other] = [await chainAnchoredAt(6), await chainAnchoredAt(6)]
    const theirs = await trailOf(other)
    let head: AuditEntry | null = null
    for (const { sequence, detail } of theirs) {
      head = nextEntry(one, head, { ...ACT, detail }, new Date(0))
      await overwrite(storage, one, sequence, head)
    }
    await expect(anchoring.verdict(one)).resolves.toMatchObject({ because: 'rewritten' })
    await expect(anchoring.verdict(other)).resolves.toMatchObject({ whole: true })
  })
})

describe('the notes of what was written show', () => {
  const missing = (brokenAt: number) => ({ whole: false, brokenAt, because: 'missing' })

  it('a tail that was cut off before any anchor had seen it, from then on', async () => {
    const id = await chainAnchoredAt(3)
    await remove(id, 6)
    const verdict = { ...missing(6), entries: 5, provenUpTo: 3 }
    await expect(anchoring.verdict(id)).resolves.toMatchObject(verdict)
    await anchoring.anchor()
    // That it is gone has taken its place.
    const recorded = { ...missing(6), entries: 6, provenUpTo: 6 }
    await expect(anchoring.verdict(id)).resolves.toMatchObject(recorded)
  })

  it('a trail that was removed as a whole', async () => {
    const id = await anchoring.chainOf(2)
    for (const sequence of [2, 1]) await remove(id, sequence)
    await expect(anchoring.verdict(id)).resolves.toMatchObject(missing(1))
  })

  it('a tail that was cut off and has grown again', async () => {
    const id = await chainAnchoredAt(3)
    for (const sequence of [6, 5]) await remove(id, sequence)
    await anchoring.append(id, 3)
    await expect(anchoring.verdict(id)).resolves.toMatchObject({ ...missing(5), entries: 7 })
    await anchoring.anchor()
    await expect(anchoring.verdict(id)).resolves.toMatchObject(missing(5))
  })

  it('the same to whoever checks an exported trail without storage', async () => {
    const id = await chainAnchoredAt(3)
    await remove(id, 6)
    const exported = await anchoring.exported(id)
    await expect(verifyTrail(exported, null)).resolves.toMatchObject(missing(6))
  })

  it('and the trail itself keeps what they showed, for good', async () => {
    const later = openAnchoring(storage)
    // What the other tests have removed is not for this one.
    for await (const { footageId, heads } of later.services.pendingHeads.chains()) {
      for (const head of heads) await later.services.pendingHeads.settle(footageId, head)
    }
    const id = await later.chainOf(6)
    const gone = (await later.services.audit.read(id))[5]
    await remove(id, 6)
    for (let run = 0; run < 3; run += 1) await later.anchor()
    expect(later.complaints).toEqual(['an entry of an audit trail was removed'])
    await expect(later.services.pendingHeads.of(id)).resolves.toEqual([])
    const { action, detail } = (await later.services.audit.read(id))[5] ?? {}
    expect({ action, detail }).toMatchObject({
      action: 'entry-missing',
      detail: { sequence: 6, hash: gone?.hash },
    })
    await expect(later.verdict(id)).resolves.toMatchObject(missing(6))
    await later.append(id, 2)
    await later.anchor()
    await expect(later.verdict(id)).resolves.toMatchObject({ ...missing(6), provenUpTo: 8 })
    await expect(verifyTrail(await later.exported(id), null)).resolves.toMatchObject(missing(6))
  })
})

it('says when the last anchored entry was timestamped, and by whom', async () => {
  const id = await chainAnchoredAt(6)
  await expect(anchoring.verdict(id)).resolves.toMatchObject({
    whole: true,
    anchored: { upTo: 6, timestamp: { authority: 'Bluelamp local timestamps', trusted: false } },
    unanchored: null,
  })
})
