import { describe, expect, it } from 'vitest'
import { anchorSection } from '../../../shared/export/check-trail-text.ts'

const lines = (steps: number) =>
  anchorSection({
    anchor: 4,
    at: '2026-11-25T08:33:00.910Z',
    sequence: 20,
    steps,
    timestampedAt: null,
    certificates: false,
  }).lines.join('\n')

describe('how an anchor is checked', () => {
  it('goes the way of the proof up to the root', () => {
    expect(lines(2)).toContain('audit/proof/ has the hashes')
    expect(lines(2)).toContain('for hash in audit/proof/*')
  })

  it('sends nobody looking for a proof where the head is the only leaf', () => {
    expect(lines(0)).toContain('there is no audit/proof/')
    expect(lines(0)).not.toContain('audit/proof/*')
  })
})
