import { app } from '@azure/functions'
import { referencePathSchema } from '../../shared/clearance/references.ts'
import {
  withheldOfCase,
  withheldQuerySchema,
  withheldSchema,
} from '../../shared/disclosure/withheld.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'caseWithheld',
    method: 'GET',
    path: 'cases/{urn}/withheld',
    summary: 'How many recordings of a case are withheld from its disclosure officer, and whose',
    description:
      'Numbers and owners alone, so that whoever must disclose a case knows whom to ask; nothing of the recordings. For those who are assigned to the case: 404 to others. The question is recorded.',
    tag: 'Disclosure',
    access: { duty: 'disclose-case' },
    params: { urn: referencePathSchema.shape.value },
    query: withheldQuerySchema,
    answers: { 200: { body: withheldSchema } },
    async handle({ services, params: { urn }, query, visitor }) {
      return { status: 200, body: await withheldOfCase(services, await visitor(), urn, query) }
    },
  }),
)
