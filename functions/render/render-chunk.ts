import { app } from '@azure/functions'
import { FOOTAGE_STORAGE, onMessage } from '../../shared/events/edge.ts'
import { renderFootageChunk } from '../../shared/render/render-footage-chunk.ts'

/** Renders one chunk of a recording, in one run over it. */
export const handleRenderChunk = onMessage('render-chunk', renderFootageChunk)

app.storageQueue('renderChunk', {
  queueName: 'render-chunk',
  connection: FOOTAGE_STORAGE,
  handler: handleRenderChunk,
})
