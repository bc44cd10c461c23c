import { carryOutDisposal } from '../../shared/retention/carry-out-disposal.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Disposes of a recording as ordered, unless something keeps it by now. */
export const handleDisposeFootage = onMessage('dispose-footage', (services, { footageId }) =>
  carryOutDisposal(services, footageId),
)

listen('dispose-footage', handleDisposeFootage)
