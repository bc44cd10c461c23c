import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oidSchema } from '../../../shared/clearance/person.ts'
import {
  isWhole,
  nextChange,
  type RegisterChange,
} from '../../../shared/records/register-change.ts'

const by = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06')
const at = new Date('2026-11-23T10:00:00.000Z')

/** The history of an entry that was changed to each of these in turn. */
const historyOf = (units: readonly string[]): RegisterChange<{ unit: string }>[] => {
  const changes: RegisterChange<{ unit: string }>[] = []
  for (const unit of units) {
    const author = { by, cause: 'entered', reason: `moved to ${unit}` } as const
    changes.push(nextChange(changes.at(-1) ?? null, { unit }, author, at))
  }
  return changes
}

const histories = fc.array(fc.string(), { minLength: 1, maxLength: 6 }).map(historyOf)

describe('the history of an entry', () => {
  it('is whole as it was written, and empty', () => {
    fc.assert(fc.property(histories, (changes) => isWhole(changes)))
    expect(isWhole([])).toBe(true)
  })

  it('is whole no more when anything in it was altered', () => {
    const altered = fc.record({ changes: histories, place: fc.nat(), reason: fc.string() })
    fc.assert(
      fc.property(altered, ({ changes, place, reason }) => {
        const index = place % changes.length
        const forged = changes.map((change, n) => (n === index ? { ...change, reason } : change))
        return isWhole(forged) === (forged[index]?.reason === changes[index]?.reason)
      }),
    )
  })

  it('is whole no more when its beginning or its middle is gone', () => {
    const gone = fc.record({ changes: histories, place: fc.nat() })
    fc.assert(
      fc.property(gone, ({ changes, place }) => {
        fc.pre(changes.length > 1)
        return !isWhole(changes.toSpliced(place % (changes.length - 1), 1))
      }),
    )
  })
})
