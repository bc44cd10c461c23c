import { app } from '@azure/functions'
import { FOOTAGE_STORAGE, onMessage } from '../../shared/events/edge.ts'
import { makeFootagePoster } from '../../shared/render/make-footage-poster.ts'

/** Makes the poster of a recording. */
export const handleMakePoster = onMessage('make-poster', makeFootagePoster)

app.storageQueue('makePoster', {
  queueName: 'make-poster',
  connection: FOOTAGE_STORAGE,
  handler: handleMakePoster,
})
