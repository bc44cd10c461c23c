import { app } from '@azure/functions'
import { wornBy, wornByPageSchema, wornByQuerySchema } from '../../shared/cameras/worn-by.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'camerasOfOfficer',
    method: 'GET',
    path: 'cameras',
    summary: 'Which cameras an officer wore, from when to when',
    description:
      'The latest issue first, as the register stands now, corrections included. The question is recorded.',
    tag: 'Cameras',
    access: { duty: 'read-camera-history' },
    query: wornByQuerySchema,
    limit: 'search',
    answers: { 200: { body: wornByPageSchema } },
    consults: { what: 'cameras-of-officer', subject: ({ query: { officer } }) => officer },
    async handle({ services, query, caller }) {
      return { status: 200, body: await wornBy(services, caller, query) }
    },
  }),
)
