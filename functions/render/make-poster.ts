import { listen, onMessage } from '../../shared/events/edge.ts'
import { makeFootagePoster } from '../../shared/render/make-footage-poster.ts'

/** Makes the poster of a recording. */
export const handleMakePoster = onMessage('make-poster', makeFootagePoster)

listen('make-poster', handleMakePoster)
