import { securePart } from '../../shared/ingest/secure-part.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Verifies a landed part and brings it to rest, among the originals or in quarantine. */
export const handleSecureFootage = onMessage('secure-footage', securePart)

listen('secure-footage', handleSecureFootage)
