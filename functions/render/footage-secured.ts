import { app } from '@azure/functions'
import { onBlobCreated } from '../../shared/events/edge.ts'
import { parsePartBlobName } from '../../shared/footage/ids.ts'

/** An original has come to rest: have its renditions planned. */
export const handleFootageSecured = onBlobCreated(async ({ queues, log }, { blob }) => {
  const secured = parsePartBlobName(blob)
  if (secured?.part !== 'recording') return log.warn('an original is no recording', { blob })
  await queues.send('plan-renditions', { footageId: secured.id, redrive: false })
})

app.eventGrid('footageSecured', { handler: handleFootageSecured })
