import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  identify,
  measure,
  recordingContentType,
  sidecarContentType,
} from '../../../infra/local/docking-station/measure-file.ts'

describe('measure', () => {
  it('counts and hashes in one pass', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'measure-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const file = join(directory, 'abc')
    await writeFile(file, 'abc')
    const read: number[] = []
    // FIPS 180-2, appendix B.1.
    expect(await measure(file, undefined, (bytes) => read.push(bytes))).toEqual({
      size: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    })
    expect(read).toEqual([3])
  })

  it('names a file that is not there', async () => {
    await expect(measure('/nowhere.mp4', undefined)).rejects.toThrow('/nowhere.mp4 cannot be read')
  })

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('camera taken out'))
    await expect(measure('/nowhere.mp4', signal)).rejects.toThrow('camera taken out')
  })
})

describe('content types', () => {
  it.each([
    ['a.mp4', 'video/mp4'],
    ['a.MOV', 'video/quicktime'],
    ['a.mkv', 'video/x-matroska'],
    ['a.ts', 'video/mp2t'],
    ['a.mts', 'video/mp2t'],
    ['a.avi', 'video/x-msvideo'],
  ])('of the recording %s is %s', (file, type) => {
    expect(recordingContentType(file)).toBe(type)
  })

  it('of a recording with another name is an error that lists the known ones', () => {
    expect(() => recordingContentType('notes.txt')).toThrow('expected one of .mp4, .mov')
  })

  it('of an unknown sidecar is that of bytes', () => {
    expect(sidecarContentType('track.GPX')).toBe('application/gpx+xml')
    expect(sidecarContentType('maker.bin')).toBe('application/octet-stream')
  })
})

describe('identify', () => {
  it('says of a folder that its files are to be named', async () => {
    await expect(identify(tmpdir())).rejects.toThrow('is no file: name the recordings')
  })
})
