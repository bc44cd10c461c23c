import { z } from 'zod'
import { BluelampError } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import { inParallel } from '../in-parallel.ts'
import type { WormStore } from '../storage/blobs/worm.ts'
import {
  type Anchor,
  type AnchoredHead,
  anchoredHeadSchema,
  anchorSchema,
  type Inclusion,
  inclusionSchema,
} from './anchor.ts'
import type { AnchorEvidence } from './exported-trail.ts'

/**
 * Anchors, each under the next number, with what belongs to them. Nothing here is in a table that
 * could be altered: what a trail is checked against is kept in write-once blobs alone.
 */
export type AnchorStore = {
  /** The newest anchor. @throws BluelampError `damaged-record` if what is under its name is none */
  latest(): Promise<Anchor | null>
  /** The anchor of a number; null if there is none that can be read. */
  find(number: number): Promise<Anchor | null>
  /** Stores an anchor under its number; false if another has taken that. */
  publish(anchor: Anchor, heads: readonly AnchoredHead[]): Promise<boolean>
  /** The heads that an anchor is over. */
  headsOf(anchor: Anchor): Promise<AnchoredHead[]>
  /** Files the proofs of an anchor with their recordings, unless all are known to be filed. */
  file(anchor: Anchor, inclusions: readonly Inclusion[]): Promise<void>
  /** Anchors that have no timestamp yet, the oldest first. */
  withoutToken(limit: number): Promise<Anchor[]>
  /** Files the timestamp of an anchor; the first one stays. */
  putToken(anchor: Anchor, token: Uint8Array): Promise<void>
  /** The heads of a recording's chain that were ever anchored, the newest first. */
  filedFor(id: FootageId): Promise<FiledHead[]>
  /** What vouches for such heads, in the same order. */
  evidence(id: FootageId, filed: readonly FiledHead[]): Promise<AnchorEvidence[]>
}

/** A head as the name of its proof gives it: to be seen without reading it, and as lasting. */
export type FiledHead = { number: number; sequence: number; hash: string }

/** Anchor numbers count down in names, so that the newest comes first in a listing. */
const LAST_NUMBER = 9_999_999_999
/** How many blobs are on their way at the same time. */
const AT_ONCE = 32

/** Kept in blobs whose names alone tell which there are, the newest first. */
export function createAnchorStore(worm: WormStore): AnchorStore {
  const readJson = async <T>(name: string, schema: z.ZodType<T>): Promise<T | null> => {
    const bytes = await worm.read(name)
    if (!bytes) return null
    const parsed = schema.safeParse(parseJson(bytes.toString()))
    return parsed.success ? parsed.data : null
  }
  const find: AnchorStore['find'] = (number) => readJson(anchorName(number), anchorSchema)
  const newest = async (prefix: string): Promise<number> => {
    for await (const name of worm.names(prefix, 1)) return numberIn(name)
    return 0
  }

  const evidence = async (id: FootageId, filed: FiledHead): Promise<AnchorEvidence> => {
    const { number, sequence, hash } = filed
    const [inclusion, anchor, token] = await Promise.all([
      readJson(inclusionName(id, filed), inclusionSchema),
      find(number),
      worm.read(tokenName(number)),
    ])
    // What is filed under the name of another head is no proof.
    const isAsNamed = inclusion?.head.sequence === sequence && inclusion.head.hash === hash
    return {
      number,
      anchor,
      inclusion: isAsNamed ? inclusion : null,
      token: token?.toString('base64') ?? null,
    }
  }

  return {
    find,
    async latest() {
      const number = await newest('anchors/')
      if (number === 0) return null
      const anchor = await find(number)
      if (anchor) return anchor
      throw new BluelampError('damaged-record', `Audit anchor ${number} is not one.`)
    },
    async publish(anchor, heads) {
      // First what it is over, named by the root: whoever finds the anchor finds that as well.
      await worm.create(headsName(anchor), Buffer.from(JSON.stringify(heads)))
      return worm.create(anchorName(anchor.number), Buffer.from(JSON.stringify(anchor)))
    },
    async headsOf(anchor) {
      return (await readJson(headsName(anchor), z.array(anchoredHeadSchema))) ?? []
    },
    async file(anchor, inclusions) {
      if (await worm.read(filedName(anchor))) return
      await inParallel(AT_ONCE, inclusions, (inclusion) =>
        worm.create(
          inclusionName(inclusion.head.footageId, { number: anchor.number, ...inclusion.head }),
          Buffer.from(JSON.stringify(inclusion)),
        ),
      )
      await worm.create(filedName(anchor), Buffer.from('{}'))
    },
    async withoutToken(limit) {
      const anchors: Anchor[] = []
      // Tokens are taken in the order of numbers, so that whatever follows the newest has none.
      for (let number = (await newest('tokens/')) + 1; anchors.length < limit; number += 1) {
        const anchor = await find(number)
        if (!anchor) break
        anchors.push(anchor)
      }
      return anchors
    },
    async putToken({ number }, token) {
      await worm.create(tokenName(number), token)
    },
    async filedFor(id) {
      const filed: FiledHead[] = []
      for await (const name of worm.names(`chains/${id}/`)) {
        const [, number, sequence, hash] = INCLUSION_NAME.exec(name) ?? []
        if (hash) {
          filed.push({ number: LAST_NUMBER - Number(number), sequence: Number(sequence), hash })
        }
      }
      return filed
    },
    evidence: (id, filed) => inParallel(AT_ONCE, filed, (head) => evidence(id, head)),
  }
}

const inverted = (number: number): string =>
  String(LAST_NUMBER - number).padStart(String(LAST_NUMBER).length, '0')

const numberIn = (name: string): number => LAST_NUMBER - Number(/(\d+)\.\w+$/.exec(name)?.[1])

const anchorName = (number: number): string => `anchors/${inverted(number)}.json`
const headsName = ({ root }: Anchor): string => `heads/${root}.json`
const filedName = ({ number }: Anchor): string => `filed/${inverted(number)}.json`
const tokenName = (number: number): string => `tokens/${inverted(number)}.tst`
const inclusionName = (id: FootageId, { number, sequence, hash }: FiledHead): string =>
  `chains/${id}/${inverted(number)}-${sequence}-${hash}.json`
const INCLUSION_NAME = /\/(\d+)-(\d+)-([0-9a-f]{64})\.json$/

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The schema says what is wrong with it.
    return null
  }
}
