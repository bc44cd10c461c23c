import { app, type InvocationContext, type Timer } from '@azure/functions'
import { servicesFor } from '../../shared/services.ts'
import { tellFindings } from '../../shared/watch/tell-findings.ts'

/** Tells other systems whose access was unusual. */
export async function handleWatchAccess(_timer: Timer, context: InvocationContext): Promise<void> {
  const services = servicesFor(context)
  const told = await tellFindings(services)
  if (told > 0) services.log.warn('unusual access was found', { told })
}

app.timer('watchAccess', { schedule: '%WATCH_SCHEDULE%', handler: handleWatchAccess })
