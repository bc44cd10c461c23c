import { expect, it } from 'vitest'
import { mismatchOf } from '../../../shared/ingest/verify-part.ts'
import { part } from '../footage-fixture.ts'

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string]
const declared = { size: 3, sha256: A, contentType: 'video/mp4' }
const hashless = { ...declared, sha256: null }
const accepted = { size: 2, sha256: B }

it.each([
  ['as declared', { declared }, { size: 3, sha256: A }, null],
  ['of another size', { declared }, { size: 2, sha256: A }, 'size-differs'],
  ['of another size and hash', { declared }, { size: 2, sha256: B }, 'size-differs'],
  ['of another hash', { declared }, { size: 3, sha256: B }, 'hash-differs'],
  ['of the size, where no hash was declared', { declared: hashless }, { size: 3, sha256: B }, null],
  [
    'of another size, where no hash was',
    { declared: hashless },
    { size: 2, sha256: B },
    'size-differs',
  ],
  ['that a person accepted', { declared, accepted }, { size: 2, sha256: B }, null],
  [
    'as declared, though others were accepted',
    { declared, accepted },
    { size: 3, sha256: A },
    null,
  ],
  ['neither declared nor accepted', { declared, accepted }, { size: 2, sha256: C }, 'size-differs'],
] as const)('says of bytes %s what differs', (_, expected, measured, reason) => {
  expect(mismatchOf(part('recording', expected), measured)).toBe(reason)
})
