import { expect, it } from 'vitest'
import { normaliseEtag, sameEtag } from '../../../shared/storage/etag.ts'

it.each(['"0x8DE4F0A1B2C3D4E"', '0x8DE4F0A1B2C3D4E', '0X8de4f0a1b2c3d4e', '"8DE4F0A1B2C3D4E"'])(
  'has one spelling: %s',
  (written) => {
    expect(normaliseEtag(written)).toBe('"0x8DE4F0A1B2C3D4E"')
    expect(sameEtag(written, '0x8DE4F0A1B2C3D4E')).toBe(true)
  },
)

it('tells versions apart', () => {
  expect(sameEtag('"0x8DE4F0A1B2C3D4E"', '"0x8DE4F0A1B2C3D4F"')).toBe(false)
  expect(sameEtag('"0x8DE4F0A1B2C3D4E"', '')).toBe(false)
})
