import { app } from '@azure/functions'
import { z } from 'zod'
import { footageIdSchema, partNameSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { pendingBlocks } from '../../shared/ingest/upload-status.ts'

const querySchema = z.strictObject({ part: partNameSchema.default('recording') })

/** An interrupted dock asks which blocks have arrived. */
export const handleUploadBlocks = edge(async (call) => {
  const dock = await call.caller('upload-footage')
  const id = call.param('id', footageIdSchema)
  const { part } = call.query(querySchema)
  return { jsonBody: await pendingBlocks(call.services, dock, id, part) }
})

app.http('uploadBlocks', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'uploads/{id}/blocks',
  handler: handleUploadBlocks,
})
