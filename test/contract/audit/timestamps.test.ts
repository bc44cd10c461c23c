import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type TimestampAuthority as LocalAuthority,
  startTimestampAuthority,
} from '../../../infra/local/timestamp-authority/timestamp-authority.ts'
import {
  createTimestampAuthority,
  type TimestampAuthority,
} from '../../../shared/audit/timestamp-authority.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { openAnchoring } from './anchoring.ts'

let storage: TestStorage
let local: LocalAuthority
beforeAll(async () => {
  storage = await startStorage()
  local = await startTimestampAuthority()
})
afterAll(async () => {
  await local.dispose()
  await storage[Symbol.asyncDispose]()
})

it('anchors without a timestamp while the authority is silent, and has them timestamped later', async () => {
  const real = createTimestampAuthority(local.url)
  let silent = true
  const moody: TimestampAuthority = {
    stamp: (data) => (silent ? Promise.reject(new Error('No answer.')) : real.stamp(data)),
  }
  const anchoring = openAnchoring(storage, moody)
  const ids = [await anchoring.chainOf(1)]
  await expect(anchoring.anchor()).resolves.toMatchObject({ anchors: 1, timestamps: 0 })
  ids.push(await anchoring.chainOf(1))
  await expect(anchoring.anchor()).resolves.toMatchObject({ anchors: 1, timestamps: 0 })
  for (const id of ids) {
    const verdict = await anchoring.verdict(id)
    expect(verdict).toMatchObject({ whole: true, anchored: { upTo: 1, timestamp: null } })
  }
  expect(anchoring.complaints).toEqual([
    'an audit anchor is not timestamped yet; the next run asks again',
    'an audit anchor is not timestamped yet; the next run asks again',
  ])
  silent = false
  await expect(anchoring.anchor()).resolves.toEqual({ anchors: 0, heads: 0, timestamps: 2 })
  for (const id of ids) {
    const verdict = await anchoring.verdict(id)
    expect(verdict).toHaveProperty('anchored.timestamp.authority', 'Bluelamp local timestamps')
  }
  await expect(anchoring.anchor()).resolves.toMatchObject({ timestamps: 0 })
})

it('goes on without an authority where none is set', async () => {
  const anchoring = openAnchoring(storage)
  const id = await anchoring.chainOf(1)
  await anchoring.anchor()
  await expect(anchoring.verdict(id)).resolves.toMatchObject({ anchored: { timestamp: null } })
  expect(anchoring.complaints).toEqual([])
})
