import { app, type InvocationContext, type Timer } from '@azure/functions'
import { sweepPackages } from '../../shared/export/sweep-packages.ts'
import { servicesFor } from '../../shared/services.ts'
import { sweep } from '../../shared/work/sweep.ts'

/** Drives again what no event has reported, and ends what is over. */
export async function handleSweep(_timer: Timer, context: InvocationContext): Promise<void> {
  const services = servicesFor(context)
  const driven = await sweep(services, services.config.sweepIdleMs)
  if (driven > 0) services.log.warn('the sweep drove recordings again', { driven })
  const packages = await sweepPackages(services, services.config.sweepIdleMs)
  if (packages.driven > 0) services.log.warn('the sweep drove packages again', packages)
  if (packages.ended > 0) services.log.info('packages whose time was over were removed', packages)
}

app.timer('sweep', { schedule: '%SWEEP_SCHEDULE%', handler: handleSweep })
