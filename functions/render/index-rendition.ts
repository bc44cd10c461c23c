import { app } from '@azure/functions'
import { FOOTAGE_STORAGE, onMessage } from '../../shared/events/edge.ts'
import { indexRendition } from '../../shared/render/index-rendition.ts'

/** Publishes what an attempt at rendering has made. */
export const handleIndexRendition = onMessage('index-rendition', indexRendition)

app.storageQueue('indexRendition', {
  queueName: 'index-rendition',
  connection: FOOTAGE_STORAGE,
  handler: handleIndexRendition,
})
