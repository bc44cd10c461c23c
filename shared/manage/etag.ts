import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'

/**
 * The version of a recording as a strong entity tag (RFC 9110, section 8.8.3): of what people say of
 * it. How far its renditions have come is no part of that, or nobody could restrict a recording while
 * it is rendered.
 */
export const footageEtag = ({ edition }: Pick<Footage, 'edition'>): string => `"rev-${edition}"`

/**
 * Demands that a change rests on the recording as it is. `*` is not enough: who has not read a
 * recording does not know what they change (RFC 6585, section 3).
 * @param ifMatch the If-Match header: one entity tag, or several separated by commas
 * @throws BluelampError `precondition-required` without one; `precondition-failed` for an old one
 */
export function requireCurrent(footage: Pick<Footage, 'edition'>, ifMatch: string | null): void {
  if (ifMatch === null || ifMatch.trim() === '') {
    throw new BluelampError(
      'precondition-required',
      'Read the recording and send its ETag as If-Match.',
    )
  }
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  if (!tags.includes(footageEtag(footage))) throw staleVersion()
}

/** The answer to a change of a version that is no longer. */
export const staleVersion = (): BluelampError =>
  new BluelampError(
    'precondition-failed',
    'The recording has changed since you read it. Read it again, and send its new ETag as If-Match.',
  )
