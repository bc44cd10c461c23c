import { expect, it } from 'vitest'
import { isVettedFor, vettingSchema } from '../../../shared/clearance/vetting.ts'

const vetting = { level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }
const NOW = new Date('2026-11-23T12:00:00.000Z')

it('refuses a vetting that ends before it begins', () => {
  const backwards = vettingSchema.safeParse({ ...vetting, expires: '2024-01-01' })
  expect(backwards.error?.issues).toMatchObject([
    { path: ['expires'], message: 'must be after awarded' },
  ])
})

it.each(['BPSS', 'rv', '', null])('knows no level called %j', (level) => {
  expect(vettingSchema.safeParse({ ...vetting, level }).success).toBe(false)
})

it('takes no unknown field for granted', () => {
  expect(vettingSchema.safeParse({ ...vetting, caveat: 'none' }).success).toBe(false)
})

it('opens nothing to those without any', () => {
  expect(isVettedFor('OFFICIAL', [], NOW)).toBe(false)
  expect(isVettedFor('OFFICIAL', [vettingSchema.parse(vetting)], NOW)).toBe(true)
})
