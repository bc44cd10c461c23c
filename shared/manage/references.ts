import type { PlannedChange } from '../audit/planned-change.ts'
import type { Reference } from '../clearance/references.ts'
import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'

/** References that one recording carries: each has a row in the index. */
const REFERENCES_LIMIT = 50

/**
 * Links a recording to an incident, a crime, a case or an exhibit: combination in the sense of the
 * Data Protection Act 2018. Whoever works on that is tied to the recording from then on.
 * @throws BluelampError `conflict` over the limit
 */
export function planLink({ references }: Footage, reference: Reference): PlannedChange | null {
  if (references.some((known) => isSame(known, reference))) return null
  if (references.length >= REFERENCES_LIMIT) {
    throw new BluelampError(
      'conflict',
      `A recording carries at most ${REFERENCES_LIMIT} references.`,
    )
  }
  return {
    acts: [{ action: 'reference-linked', detail: reference }],
    change: { references: [...references, reference] },
  }
}

/**
 * Takes a link away, and with a case what the recording was marked as in it.
 * @throws BluelampError `not-found` if there is no such link
 */
export function planUnlink({ references, cases }: Footage, reference: Reference): PlannedChange {
  if (!references.some((known) => isSame(known, reference))) {
    throw new BluelampError('not-found', 'The recording carries no such reference.')
  }
  const isOfCase = ({ urn }: { urn: string }) =>
    reference.type === 'case-urn' && reference.value === urn
  const mark = cases.find(isOfCase)
  return {
    acts: [
      {
        action: 'reference-unlinked',
        detail: { ...reference, ...(mark && { wasMarked: mark.standing }) },
      },
    ],
    change: {
      references: references.filter((known) => !isSame(known, reference)),
      cases: cases.filter((one) => !isOfCase(one)),
    },
  }
}

const isSame = (a: Reference, b: Reference): boolean => a.type === b.type && a.value === b.value
