import { app, type InvocationContext, type Timer } from '@azure/functions'
import { anchorAudit } from '../../shared/audit/anchor-run.ts'
import { servicesFor } from '../../shared/services.ts'

/** Anchors the audit trails that have grown, so that none can be cut or written anew unseen. */
export async function handleAnchorAudit(_timer: Timer, context: InvocationContext): Promise<void> {
  const services = servicesFor(context)
  const run = await anchorAudit(services)
  if (run.anchors > 0) services.log.info('audit trails were anchored', run)
}

app.timer('anchorAudit', { schedule: '%ANCHOR_SCHEDULE%', handler: handleAnchorAudit })
