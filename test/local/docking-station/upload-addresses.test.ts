import { describe, expect, it, vi } from 'vitest'
import { uploadAddresses } from '../../../infra/local/docking-station/upload-addresses.ts'

const NOW = new Date('2026-11-23T21:00:00Z')
const address = (url: string, secondsLeft: number) => ({
  part: 'recording' as const,
  url,
  expiresAt: new Date(NOW.getTime() + secondsLeft * 1_000).toISOString(),
})
const old = address('http://storage/old', 600)
const fresh = address('http://storage/fresh', 600)

function addresses(first: ReturnType<typeof address>, renewed: ReturnType<typeof address>[]) {
  const declareAgain = vi.fn(async () => renewed)
  return { declareAgain, addresses: uploadAddresses([first], declareAgain, () => NOW) }
}

describe('upload addresses', () => {
  it('are used as they are while they last', async () => {
    const { addresses: own, declareAgain } = addresses(old, [fresh])
    expect(await own.of('recording')).toBe(old.url)
    expect(declareAgain).not.toHaveBeenCalled()
  })

  it('are renewed half a minute before their end', async () => {
    const { addresses: own, declareAgain } = addresses(address('http://storage/late', 29), [fresh])
    expect(await own.of('recording')).toBe(fresh.url)
    expect(await own.of('recording')).toBe(fresh.url)
    expect(declareAgain).toHaveBeenCalledTimes(1)
  })

  it('are renewed once for all who find the same one refused', async () => {
    const { addresses: own, declareAgain } = addresses(old, [fresh])
    const replaced = Array.from({ length: 4 }, () => own.inPlaceOf(old.url, 'recording'))
    expect(await Promise.all(replaced)).toEqual(Array(4).fill(fresh.url))
    expect(await own.inPlaceOf(old.url, 'recording')).toBe(fresh.url)
    expect(declareAgain).toHaveBeenCalledTimes(1)
  })

  it('are null for what the app wants no longer', async () => {
    const { addresses: own } = addresses(old, [])
    expect(await own.inPlaceOf(old.url, 'recording')).toBeNull()
    expect(await own.of('recording')).toBeNull()
  })

  it('can be asked for again when a renewal failed', async () => {
    const { addresses: own, declareAgain } = addresses(old, [fresh])
    declareAgain.mockRejectedValueOnce(new Error('app restarting'))
    await expect(own.inPlaceOf(old.url, 'recording')).rejects.toThrow('app restarting')
    expect(await own.inPlaceOf(old.url, 'recording')).toBe(fresh.url)
  })
})
