import { app } from '@azure/functions'
import { FOOTAGE_STORAGE } from '../../shared/events/edge.ts'
import { QUEUES } from '../../shared/events/messages.ts'
import { abandonWork } from '../../shared/render/abandon-work.ts'
import { servicesFor } from '../../shared/services.ts'

// Every work queue has a poison queue, and a poison queue without a reader hides failures.
for (const queue of QUEUES) {
  const name = queue.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  app.storageQueue(`${name}Abandoned`, {
    queueName: `${queue}-poison`,
    connection: FOOTAGE_STORAGE,
    handler: (message, context) => abandonWork(servicesFor(context), queue, message),
  })
}
