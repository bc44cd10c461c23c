import { app } from '@azure/functions'
import { z } from 'zod'
import { route } from '../../shared/http/route.ts'
import {
  importPeople,
  importQuerySchema,
  importReportSchema,
} from '../../shared/people/import-people.ts'
import { IMPORT_LIMIT_BYTES } from '../../shared/people/read-csv.ts'

app.http(
  ...route({
    name: 'importPeople',
    method: 'POST',
    path: 'people/import',
    summary: 'Brings the people register into line with a file of HR, or says what it would do',
    description:
      'UTF-8 CSV with the columns oid, officer, unit, borough, vetting, and perhaps status; at most 5,000 rows. Unless every row is valid nothing is written, and the problem names the lines. Assignments stay, and so do people who are not in the file. Sending the same file again finishes what was cut off. Kept in the history of each entry that changes, with the one reason of the import.',
    tag: 'People',
    access: { duty: 'keep-people-register' },
    query: importQuerySchema,
    body: z.string().meta({
      description: 'UTF-8 CSV; vetting as `level:awarded:expires:status`, several joined by `;`',
      examples: [
        'oid,officer,unit,borough,vetting,status\n0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01,P214567,camden-cid,camden,RV:2021-09-13:2031-09-13:current,serving\n',
      ],
    }),
    accepts: 'text/csv',
    bodyLimitBytes: IMPORT_LIMIT_BYTES,
    limit: 'import-people',
    answers: { 200: { body: importReportSchema } },
    problems: ['precondition-failed'],
    async handle({ services, caller: { oid: actor }, query, body }) {
      const report = await importPeople(services, actor, body, query)
      services.log.info('people were imported', { actor, dryRun: query.dryRun, ...report.counts })
      return { status: 200, body: report }
    },
  }),
)
