import { indexRendition } from '../../shared/render/index-rendition.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Publishes what an attempt at rendering has made. */
export const handleIndexRendition = onMessage('index-rendition', indexRendition)

listen('index-rendition', handleIndexRendition)
