import { describe, expect, it } from 'vitest'
import {
  advance,
  canBecome,
  FOOTAGE_STATES,
  type FootageState,
  isSecured,
} from '../../../shared/footage/state.ts'

/** Every step there is; all others are refused. */
const STEPS = [
  'expected landed',
  'expected secured',
  'expected mismatched',
  'landed secured',
  'landed mismatched',
  'mismatched landed',
  'mismatched secured',
  'secured rendering',
  'secured unplayable',
  'secured disposing',
  'rendering ready',
  'rendering unplayable',
  'rendering secured',
  'ready rendering',
  'ready secured',
  'ready disposing',
  'unplayable rendering',
  'unplayable disposing',
  'disposing disposed',
]
const pairs = FOOTAGE_STATES.flatMap((from) => FOOTAGE_STATES.map((to) => [from, to] as const))

describe.each(pairs)('from %s to %s', (from, to) => {
  const allowed = STEPS.includes(`${from} ${to}`)
  it(allowed ? 'is a step' : 'is refused by name', () => {
    expect(canBecome(from, to)).toBe(allowed)
    if (allowed) return expect(advance(from, to)).toBe(to)
    expect(() => advance(from, to)).toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: `Footage that is ${from} cannot become ${to}.`,
      }),
    )
  })
})

it('never lets secured footage become unsecured again, but by disposal', () => {
  const secured = FOOTAGE_STATES.filter(isSecured)
  expect(secured).toEqual<FootageState[]>(['secured', 'rendering', 'ready', 'unplayable'])
  for (const [from, to] of pairs) {
    if (!isSecured(from) || !canBecome(from, to)) continue
    expect(isSecured(to) || to === 'disposing', `${from} ${to}`).toBe(true)
  }
})
