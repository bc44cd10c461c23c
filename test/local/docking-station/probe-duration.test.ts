import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { probeDuration } from '../../../infra/local/docking-station/probe-duration.ts'

describe('probeDuration', () => {
  it('says what the container says, by the installed ffprobe when there is no other', async () => {
    const media = fileURLToPath(new URL('three-seconds.mp4', import.meta.url))
    expect(await probeDuration(media, '/nowhere/ffprobe', undefined)).toBe(3)
  })

  it('asks for --duration when the file does not tell', async () => {
    const thisFile = fileURLToPath(import.meta.url)
    await expect(probeDuration(thisFile, undefined, undefined)).rejects.toThrow('give --duration')
  })
})
