import { app } from '@azure/functions'
import { z } from 'zod'
import { route } from '../../shared/http/route.ts'
import { importPeople, importReportSchema } from '../../shared/people/import-people.ts'
import { IMPORT_LIMIT_BYTES } from '../../shared/people/read-csv.ts'

app.http(
  ...route({
    name: 'importPeople',
    method: 'POST',
    path: 'people/import',
    summary: 'Brings the people register into line with a file of HR, or says what it would do',
    access: { duty: 'keep-people-register' },
    query: z.strictObject({ dryRun: z.stringbool().default(false) }),
    body: z.string(),
    accepts: 'text/csv',
    bodyLimitBytes: IMPORT_LIMIT_BYTES,
    limit: 'import-people',
    answers: { 200: { body: importReportSchema } },
    problems: ['precondition-failed'],
    async handle({ services, caller: { oid: actor }, query, body }) {
      const report = await importPeople(services, actor, body, query)
      services.log.info('people were imported', { actor, ...query, ...report.counts })
      return { status: 200, body: report }
    },
  }),
)
