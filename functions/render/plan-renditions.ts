import { planFootage } from '../../shared/render/plan-footage.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Looks at a secured recording and puts the rendering of it on queues. */
export const handlePlanRenditions = onMessage('plan-renditions', planFootage)

listen('plan-renditions', handlePlanRenditions)
