import { z } from 'zod'
import { freeTextSchema } from '../footage/free-text.ts'

/** Why someone changes what is on record. Bounded, for some of it is kept in the recording's row. */
export const changeReasonSchema = freeTextSchema({ min: 3, max: 200 })

/** A request that says nothing more than why. */
export const reasonOnlySchema = z.strictObject({ reason: changeReasonSchema })
