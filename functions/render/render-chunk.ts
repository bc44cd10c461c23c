import { renderFootageChunk } from '../../shared/render/render-footage-chunk.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Renders one chunk of a recording, in one run over it. */
export const handleRenderChunk = onMessage('render-chunk', renderFootageChunk)

listen('render-chunk', handleRenderChunk)
