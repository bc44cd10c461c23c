import { z } from 'zod'

/** Longest string a filter value may have: Event Grid's limit. */
const MAX_VALUE_CHARACTERS = 512

/** Envelope field or path into `data`, e.g. `Subject`, `data.api`, `data.key1.key2`. */
const key = z.string().min(1)
const strings = z.array(z.string().max(MAX_VALUE_CHARACTERS)).min(1)
const numbers = z.array(z.number()).min(1)
const ranges = z.array(z.tuple([z.number(), z.number()])).min(1)

/**
 * An advanced filter as ARM templates write it. The operators are all those that Event Grid
 * documents ("Understand event filtering"); any other is refused here, before an event is lost to it.
 */
export const advancedFilterSchema = z.discriminatedUnion('operatorType', [
  z.strictObject({
    operatorType: z.enum([
      'StringIn',
      'StringNotIn',
      'StringContains',
      'StringNotContains',
      'StringBeginsWith',
      'StringNotBeginsWith',
      'StringEndsWith',
      'StringNotEndsWith',
    ]),
    key,
    values: strings,
  }),
  z.strictObject({ operatorType: z.enum(['NumberIn', 'NumberNotIn']), key, values: numbers }),
  z.strictObject({
    operatorType: z.enum(['NumberInRange', 'NumberNotInRange']),
    key,
    values: ranges,
  }),
  z.strictObject({
    operatorType: z.enum([
      'NumberLessThan',
      'NumberLessThanOrEquals',
      'NumberGreaterThan',
      'NumberGreaterThanOrEquals',
    ]),
    key,
    value: z.number(),
  }),
  z.strictObject({ operatorType: z.literal('BoolEquals'), key, value: z.boolean() }),
  z.strictObject({ operatorType: z.enum(['IsNullOrUndefined', 'IsNotNull']), key }),
])

export type AdvancedFilter = z.output<typeof advancedFilterSchema>
