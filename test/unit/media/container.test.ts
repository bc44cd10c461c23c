import { describe, expect, it } from 'vitest'
import { identifyContainer } from '../../../shared/media/container.ts'

const head = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(600)])
const transportStream = (packetBytes: number, offset: number) => {
  const bytes = Buffer.alloc(packetBytes * 3, 0xff)
  for (const n of [0, 1, 2]) bytes[offset + n * packetBytes] = 0x47
  return bytes
}

describe('identifyContainer', () => {
  it.each([
    ['mov', head(Buffer.from('\0\0\0\x18ftypmp42', 'latin1'))],
    ['mov', head(Buffer.from('\0\0\0\x08wide\0\0\0\0mdat', 'latin1'))],
    ['matroska', head(Buffer.from('1a45dfa3', 'hex'))],
    ['avi', head(Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1'))],
    ['mpegts', transportStream(188, 0)],
    ['mpegts', transportStream(192, 4)],
  ])('knows %s by its first bytes', (container, bytes) => {
    expect(identifyContainer(bytes)).toEqual({ container })
  })

  it.each(['#EXTM3U\n', 'ffconcat version 1.0\n', '<?xml?>', 'Straße – naïve text €'])(
    'takes text for a disguise: %s',
    (text) => {
      expect(identifyContainer(Buffer.from(text))).toMatchObject({ reason: 'disguised' })
    },
  )

  it('takes a sound file and noise for no recording', () => {
    const wave = head(Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'))
    expect(identifyContainer(wave)).toMatchObject({ reason: 'not-a-recording' })
    expect(identifyContainer(Buffer.alloc(512, 0xa5))).toMatchObject({ reason: 'not-a-recording' })
  })
})
