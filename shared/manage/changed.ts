import type { Visitor } from '../access/visitor.ts'
import { type Footage, footageSchema } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { ifMatch } from '../http/optional-header.ts'
import type { ChangeRequest } from './change.ts'
import { footageEtag } from './etag.ts'

/** What every route declares that changes a recording: what it rests on, and what it answers. */
export const FOOTAGE_CHANGE = {
  headers: ifMatch,
  answers: { 200: { body: footageSchema.pick({ id: true, edition: true }), etag: true } },
} as const
/** What such a change is refused with, unless the recording is as its caller last read it. */
export const STALE = ['precondition-failed', 'precondition-required'] as const

/** What a change is asked for with: who asks, the version that it rests on, and why. */
export const changeRequest = async (
  id: FootageId,
  call: {
    visitor: () => Promise<Visitor>
    headers: { 'if-match': string | null }
    body: { reason: string }
  },
): Promise<ChangeRequest> => ({
  visitor: await call.visitor(),
  id,
  ifMatch: call.headers['if-match'],
  reason: call.body.reason,
})

/** The answer to a change of a recording: the version that it has now, and nothing that it holds. */
export const changed = (footage: Footage) =>
  ({
    status: 200,
    body: { id: footage.id, edition: footage.edition },
    etag: footageEtag(footage),
  }) as const
