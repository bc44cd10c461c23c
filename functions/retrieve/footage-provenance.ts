import { app } from '@azure/functions'
import { z } from 'zod'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import {
  checkDescent,
  checkWholeDescent,
  descentCheckSchema,
  wholeDescentCheckSchema,
} from '../../shared/retrieve/check-descent.ts'
import { provenanceOf, provenanceSchema } from '../../shared/retrieve/provenance.ts'

/** Within the patience of the front end, which cuts requests off after 230 seconds. */
const CHECK_LIMIT_MS = 200_000

app.http(
  ...route({
    name: 'footageProvenance',
    method: 'GET',
    path: 'footage/{id}/provenance',
    summary:
      'What renditions were made of; with `check`, the copy is compared with the original anew',
    description:
      'Source hash, tool and arguments of each rendition, and its own hash. With `check`, packets of the copy are compared with those of the original now, which may take minutes for `all`.',
    tag: 'Finding',
    access: { action: 'view' },
    params: { id: footageIdSchema },
    query: z.strictObject({
      check: z
        .union([z.literal('all'), z.coerce.number().int().nonnegative()])
        .optional()
        .describe('a chunk by its number, or all of them, to be compared with the original anew'),
    }),
    limit: 'check-provenance',
    answers: {
      200: { body: z.union([provenanceSchema, descentCheckSchema, wholeDescentCheckSchema]) },
    },
    problems: ['conflict'],
    async handle({ services, params: { id }, query: { check }, visitor }) {
      const who = await visitor()
      if (check === undefined) return { status: 200, body: await provenanceOf(services, who, id) }
      if (check === 'all') {
        return { status: 200, body: await checkWholeDescent(services, who, id, CHECK_LIMIT_MS) }
      }
      const signal = AbortSignal.timeout(CHECK_LIMIT_MS)
      return { status: 200, body: await checkDescent(services, who, id, check, signal) }
    },
  }),
)
