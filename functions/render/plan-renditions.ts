import { app } from '@azure/functions'
import { FOOTAGE_STORAGE, onMessage } from '../../shared/events/edge.ts'
import { planFootage } from '../../shared/render/plan-footage.ts'

/** Looks at a secured recording and puts the rendering of it on queues. */
export const handlePlanRenditions = onMessage('plan-renditions', planFootage)

app.storageQueue('planRenditions', {
  queueName: 'plan-renditions',
  connection: FOOTAGE_STORAGE,
  handler: handlePlanRenditions,
})
