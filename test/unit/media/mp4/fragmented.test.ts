import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { readFragmentedMp4 } from '../../../../shared/media/mp4/fragmented.ts'

it('says of a fragment that is longer than ffmpeg can tell why there is one', async () => {
  const pipe = Readable.from([Buffer.from('\0\0\0\x08free\0\0\0\0moof', 'latin1')])
  await expect(readFragmentedMp4(pipe).next()).rejects.toThrow(/moof box without a size/)
})
