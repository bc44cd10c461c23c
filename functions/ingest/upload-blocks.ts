import { app } from '@azure/functions'
import { z } from 'zod'
import { footageIdSchema, partNameSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { pendingBlocks, pendingBlocksSchema } from '../../shared/ingest/upload-status.ts'

app.http(
  ...route({
    name: 'uploadBlocks',
    method: 'GET',
    path: 'uploads/{id}/blocks',
    summary: 'Which blocks of an interrupted upload have arrived',
    description:
      'The blocks that storage has of a part and that no block list has committed yet, so that an upload goes on where it broke off. A dock sees its own uploads alone.',
    tag: 'Docking',
    access: { duty: 'upload-footage' },
    params: { id: footageIdSchema },
    query: z.strictObject({ part: partNameSchema.default('recording').describe('of which part') }),
    answers: { 200: { body: pendingBlocksSchema } },
    async handle({ services, caller: { oid }, clientAddress, params, query }) {
      const dock = { oid, clientAddress }
      return { status: 200, body: await pendingBlocks(services, dock, params.id, query.part) }
    },
  }),
)
