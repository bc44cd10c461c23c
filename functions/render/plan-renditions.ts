import { listen, onMessage } from '../../shared/events/edge.ts'
import { planFootage } from '../../shared/render/plan-footage.ts'

/** Looks at a secured recording and puts the rendering of it on queues. */
export const handlePlanRenditions = onMessage('plan-renditions', planFootage)

listen('plan-renditions', handlePlanRenditions)
