import { listen, onMessage } from '../../shared/events/edge.ts'
import { indexRendition } from '../../shared/render/index-rendition.ts'

/** Publishes what an attempt at rendering has made. */
export const handleIndexRendition = onMessage('index-rendition', indexRendition)

listen('index-rendition', handleIndexRendition)
