import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { DescentProof, inComparedForm } from '../../../../shared/media/chunk/descent.ts'
import { bodyCamera } from '../fixtures.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const framehash = (...packets: Buffer[]) =>
  Readable.from([
    '#format: frame checksums\n#stream#, dts, pts, duration, size, hash\n',
    ...packets.map(
      (packet, n) => `0, ${n}, ${n}, 1, ${packet.length}, ${sha256(packet)}, S=1, 1\n`,
    ),
  ])
const [a, b, c] = ['first', 'second', 'third'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
]
const inMp4 = bodyCamera

it('is proven where every picture kept is the packet of the original at its place', async () => {
  const proof = new DescentProof(inMp4)
  await proof.readOriginal(framehash(a, b, c))
  proof.addCopied(a, false)
  proof.addCopied(b, true)
  proof.addCopied(c, true)
  expect(proof.conclude()).toEqual({ form: 'raw', packets: 2 })
})

it('keeps no hash that both have come to', async () => {
  const proof = new DescentProof(inMp4)
  const packets = Array.from({ length: 500 }, (_, n) => Buffer.from(`picture ${n}`))
  await proof.readOriginal(framehash(...packets.slice(0, 3)))
  const kept = packets.map((packet) => {
    proof.addCopied(packet, true)
    return proof.waiting
  })
  expect(kept.slice(0, 5)).toEqual([2, 1, 0, 1, 2])
  await proof.readOriginal(framehash(...packets.slice(3)))
  expect(proof.waiting).toBe(0)
  expect(proof.conclude().packets).toBe(500)
})

it.each([
  ['was changed', [a, Buffer.from('changed'), c]],
  ['stands in the place of another', [a, c, b]],
  ['is one more than the original has', [a, b, c, c]],
])('fails where a picture %s', async (_, copied) => {
  const proof = new DescentProof(inMp4)
  await proof.readOriginal(framehash(a, b, c))
  for (const packet of copied) proof.addCopied(packet, true)
  expect(() => proof.conclude()).toThrow(/is not the packet of the original/)
})

it('compares NAL units without those that MP4 keeps elsewhere, where the original is Annex B', () => {
  const unit = (...bytes: number[]) => Buffer.from([0, 0, 0, bytes.length, ...bytes])
  const [delimiter, parameters, information, slice] = [
    unit(0x09, 0xf0),
    unit(0x67, 1),
    unit(0x06, 2),
    unit(0x65, 3, 0, 0),
  ]
  const packet = Buffer.concat([delimiter, parameters, information, slice])
  expect(inComparedForm({ ...bodyCamera, container: 'mpegts' }, packet)).toEqual(
    Buffer.from([0, 0, 0, 1, 0x06, 2, 0, 0, 1, 0x65, 3]),
  )
  expect(inComparedForm(inMp4, packet)).toBe(packet)
})
