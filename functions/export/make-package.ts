import { makePackage } from '../../shared/export/make-package.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Makes an evidence package, or a part of it that one message may take. */
export const handleMakePackage = onMessage('make-package', (services, order, signal) =>
  makePackage(services, order, signal),
)

listen('make-package', handleMakePackage)
