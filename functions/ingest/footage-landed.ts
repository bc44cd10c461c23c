import { app } from '@azure/functions'
import { onBlobCreated } from '../../shared/events/edge.ts'
import { parsePartBlobName } from '../../shared/footage/ids.ts'

/** A dock has committed a part of a recording: have it verified and secured. */
export const handleFootageLanded = onBlobCreated(async ({ queues, log }, { blob, etag }) => {
  const landed = parsePartBlobName(blob)
  if (!landed) return log.warn('a blob landed that is no part of a recording', { blob })
  await queues.send('secure-footage', { footageId: landed.id, part: landed.part, etag })
})

app.eventGrid('footageLanded', { handler: handleFootageLanded })
