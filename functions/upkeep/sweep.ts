import { app, type InvocationContext, type Timer } from '@azure/functions'
import { servicesFor } from '../../shared/services.ts'
import { sweep } from '../../shared/upkeep/sweep.ts'

/** Drives again what no event has reported. */
export async function handleSweep(_timer: Timer, context: InvocationContext): Promise<void> {
  const services = servicesFor(context)
  const driven = await sweep(services, services.config.sweepIdleMs)
  if (driven > 0) services.log.warn('the sweep drove recordings again', { driven })
}

app.timer('sweep', { schedule: '%SWEEP_SCHEDULE%', handler: handleSweep })
