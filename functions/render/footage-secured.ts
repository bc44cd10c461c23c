import { app } from '@azure/functions'
import { laneOfId } from '../../shared/events/lane.ts'
import { parsePartBlobName } from '../../shared/footage/ids.ts'
import { onBlobCreated } from '../../shared/work/edge.ts'

/** An original has come to rest: have its renditions planned. */
export const handleFootageSecured = onBlobCreated(async (services, { blob }) => {
  const { queues, log } = services
  const secured = parsePartBlobName(blob)
  if (secured?.part !== 'recording') return log.warn('an original is no recording', { blob })
  const { id } = secured
  const plan = { footageId: id, redrive: false }
  await queues.send('plan-renditions', plan, await laneOfId(services, id))
})

app.eventGrid('footageSecured', { handler: handleFootageSecured })
