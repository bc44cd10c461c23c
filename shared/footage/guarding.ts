import { isDeepStrictEqual } from 'node:util'
import { isHigher } from '../clearance/marking.ts'
import type { Footage } from './footage.ts'
import { pathKeys } from './index-keys.ts'
import { guardsOf, summarise } from './summary.ts'

/** Whether someone else may list it afterwards, or it is found elsewhere. */
export const isGuardedAnew = (before: Footage, after: Footage): boolean =>
  !isDeepStrictEqual(guardsOf(before), guardsOf(after)) ||
  !isDeepStrictEqual(pathKeys(summarise(before)), pathKeys(summarise(after)))

/** Whether a change closes footage to someone: then the index hears of it before the truth does. */
export const tightens = (before: Footage, after: Footage): boolean =>
  isHigher(after.marking, before.marking) ||
  after.restrictions.some((restriction) => !before.restrictions.includes(restriction)) ||
  after.officer !== before.officer ||
  after.unit !== before.unit ||
  after.borough !== before.borough ||
  lost(before.grants, after.grants) ||
  lost(before.references, after.references)

const lost = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  before.some((one) => !after.some((kept) => isDeepStrictEqual(kept, one)))
