import { app } from '@azure/functions'
import { FOOTAGE_STORAGE, functionName } from '../../shared/events/edge.ts'
import { laneQueue, lanesOf, poisonOf, QUEUES } from '../../shared/events/messages.ts'
import { abandonWork } from '../../shared/render/abandon-work.ts'
import { servicesFor } from '../../shared/services.ts'

// Every work queue has a poison queue, and a poison queue without a reader hides failures.
for (const queue of QUEUES) {
  for (const lane of lanesOf(queue)) {
    const queueName = laneQueue(queue, lane)
    app.storageQueue(`${functionName(queueName)}Abandoned`, {
      queueName: poisonOf(queueName),
      connection: FOOTAGE_STORAGE,
      handler: (message, context) => abandonWork(servicesFor(context), queue, message),
    })
  }
}
