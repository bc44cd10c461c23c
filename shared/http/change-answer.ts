import type { Footage } from '../footage/footage.ts'
import { footageEtag } from '../manage/etag.ts'

/** The answer to a change of a recording: the version that it has now, and nothing that it holds. */
export const changeAnswer = (footage: Footage) => ({
  jsonBody: { id: footage.id, revision: footage.revision },
  headers: { etag: footageEtag(footage) },
})
