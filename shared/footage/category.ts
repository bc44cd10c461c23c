import { freeTextSchema } from './free-text.ts'

/** What a recording shows, in the words of the force. */
export const categorySchema = freeTextSchema({ min: 1, max: 64 })

/** How that is described to callers. */
export const ABOUT_CATEGORY = {
  description: 'what it shows, in the words of the force',
  examples: ['stop-search'],
}

/** Words by which a force says that a recording is evidence, whatever else it shows. */
const EVIDENTIAL = ['evidential', 'evidence']

/** Whether a category says that a recording is evidence. */
export const isEvidential = (category: string | undefined): boolean =>
  EVIDENTIAL.includes(category?.trim().toLowerCase() ?? '')
