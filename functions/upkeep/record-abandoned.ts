import { app, type InvocationContext, type Timer } from '@azure/functions'
import { servicesFor } from '../../shared/services.ts'
import { recordAbandoned } from '../../shared/work/record-abandoned.ts'

/** Reads every poison queue: one without a reader hides failures. */
export async function handleRecordAbandoned(
  _timer: Timer,
  context: InvocationContext,
): Promise<void> {
  await recordAbandoned(servicesFor(context))
}

app.timer('recordAbandoned', { schedule: '50 * * * * *', handler: handleRecordAbandoned })
