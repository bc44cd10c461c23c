import { type Footage, footageSchema } from '../footage/footage.ts'
import { ifMatch } from '../http/optional-header.ts'
import { footageEtag } from './etag.ts'

/** What every route declares that changes a recording: what it rests on, and what it answers. */
export const FOOTAGE_CHANGE = {
  headers: ifMatch,
  answers: { 200: { body: footageSchema.pick({ id: true, revision: true }), etag: true } },
} as const
/** What such a change is refused with, unless the recording is as its caller last read it. */
export const STALE = ['precondition-failed', 'precondition-required'] as const

/** The answer to a change of a recording: the version that it has now, and nothing that it holds. */
export const changed = (footage: Footage) =>
  ({
    status: 200,
    body: { id: footage.id, revision: footage.revision },
    etag: footageEtag(footage),
  }) as const
