import { app, type InvocationContext, type Timer } from '@azure/functions'
import { servicesFor } from '../../shared/services.ts'
import { keepRecord } from '../../shared/viewing/keep-record.ts'

/** Records what was viewed, where no player is there any more to cause it. */
export async function handleKeepRecord(_timer: Timer, context: InvocationContext): Promise<void> {
  const services = servicesFor(context)
  const run = await keepRecord(services)
  if (run.recorded + run.ended > 0) services.log.info('viewings were recorded', run)
}

app.timer('keepRecord', { schedule: '30 */5 * * * *', handler: handleKeepRecord })
