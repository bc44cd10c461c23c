import { v4 } from 'uuid'
import { describe, expect, it } from 'vitest'
import {
  chunkName,
  footageIdSchema,
  manifestBlobName,
  metadataBlobName,
  newFootageId,
  parsePartBlobName,
  partBlobName,
  partNameSchema,
  planBlobName,
  quarantineBlobName,
  renditionBlobName,
} from '../../../shared/footage/ids.ts'

const ID = newFootageId()

it('allocates ids of UUID version 7, never the same twice', () => {
  const ids = Array.from({ length: 1_000 }, newFootageId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => footageIdSchema.safeParse(id).success)).toBe(true)
})

it.each([v4(), '', 'x', '../x', `${ID}/recording`, 7, null])('takes no other id: %j', (id) => {
  expect(footageIdSchema.safeParse(id).success).toBe(false)
})

it.each(partNameSchema.options)('reads back the blob name of the part %s', (part) => {
  expect(parsePartBlobName(partBlobName(ID, part))).toEqual({ id: ID, part })
})

it.each([
  metadataBlobName(ID),
  quarantineBlobName(ID, 'recording', '"0x8DE"'),
  `${ID}/`,
  ID,
  `${ID}/recording/`,
  `/${ID}/recording`,
  `${v4()}/recording`,
  `${ID}/Recording`,
  '',
])('takes no other blob for a part: %s', (name) => {
  expect(parsePartBlobName(name)).toBeNull()
})

it('names bytes in quarantine by the upload that brought them', () => {
  expect(quarantineBlobName(ID, 'recording', '"0x8DE4F"')).toBe(`${ID}/recording/0x8DE4F`)
})

describe('names of renditions', () => {
  it('sort in playing order', () => {
    expect([chunkName(0), chunkName(7), chunkName(123), chunkName(9_999)]).toEqual([
      '0000',
      '0007',
      '0123',
      '9999',
    ])
  })

  it('lie under the recording and tell attempts apart', () => {
    expect(planBlobName(ID)).toBe(`${ID}/plan.json`)
    expect(renditionBlobName(ID, 'chunk-0001', 'a', 'copy.mp4')).toBe(`${ID}/chunk-0001/a.copy.mp4`)
    expect(manifestBlobName(ID, 'poster', 'b')).toBe(`${ID}/poster/b.manifest.json`)
  })
})
