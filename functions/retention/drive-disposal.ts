import { app, type InvocationContext, type Timer } from '@azure/functions'
import { driveDisposal } from '../../shared/retention/drive-disposal.ts'
import { servicesFor } from '../../shared/services.ts'

/** Sets going what is to be disposed of and cannot be called off any more. */
export async function handleDriveDisposal(
  _timer: Timer,
  context: InvocationContext,
): Promise<void> {
  const services = servicesFor(context)
  const driven = await driveDisposal(services)
  if (driven > 0) services.log.info('disposals are due', { driven })
}

app.timer('driveDisposal', { schedule: '%DISPOSAL_SCHEDULE%', handler: handleDriveDisposal })
