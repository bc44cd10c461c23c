import { app } from '@azure/functions'
import { z } from 'zod'
import { edge } from '../../shared/http/edge.ts'
import { importPeople } from '../../shared/people/import-people.ts'
import { IMPORT_LIMIT_CHARACTERS } from '../../shared/people/read-csv.ts'

const querySchema = z.strictObject({ dryRun: z.stringbool().default(false) })

/** Brings the people register into line with a file of HR (text/csv), or says what it would do. */
export const handleImportPeople = edge(async (call) => {
  const { oid: actor } = await call.caller('keep-people-register')
  const mode = call.query(querySchema)
  const text = await call.text(IMPORT_LIMIT_CHARACTERS)
  const report = await importPeople(call.services, actor, text, mode)
  call.services.log.info('people were imported', { actor, ...mode, ...report.counts })
  return { jsonBody: report }
})

app.http('importPeople', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'people/import',
  handler: handleImportPeople,
})
