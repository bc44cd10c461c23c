import { app } from '@azure/functions'
import { laneOfId } from '../../shared/events/lane.ts'
import { parsePartBlobName } from '../../shared/footage/ids.ts'
import { onBlobCreated } from '../../shared/work/edge.ts'

/** A dock has committed a part of a recording: have it verified and secured. */
export const handleFootageLanded = onBlobCreated(async (services, { blob, etag }) => {
  const { queues, log } = services
  const landed = parsePartBlobName(blob)
  if (!landed) return log.warn('a blob landed that is no part of a recording', { blob })
  const { id, part } = landed
  await queues.send('secure-footage', { footageId: id, part, etag }, await laneOfId(services, id))
})

app.eventGrid('footageLanded', { handler: handleFootageLanded })
