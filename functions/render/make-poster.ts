import { makeFootagePoster } from '../../shared/render/make-footage-poster.ts'
import { listen, onMessage } from '../../shared/work/edge.ts'

/** Makes the poster of a recording. */
export const handleMakePoster = onMessage('make-poster', makeFootagePoster)

listen('make-poster', handleMakePoster)
