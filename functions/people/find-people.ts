import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import { findPeople, peoplePageSchema, peopleQuerySchema } from '../../shared/people/find-people.ts'

app.http(
  ...route({
    name: 'findPeople',
    method: 'GET',
    path: 'people',
    summary: 'Who has a warrant number, or everyone in the register, a page at a time',
    description:
      'By warrant number at most one; whoever left is found in the list of all alone. No vetting is shown. The question is recorded.',
    tag: 'People',
    access: { duty: 'find-people' },
    query: peopleQuerySchema,
    limit: 'search',
    answers: { 200: { body: peoplePageSchema } },
    consults: { what: 'people', subject: ({ query: { officer = 'everyone' } }) => officer },
    async handle({ services, query, caller }) {
      return { status: 200, body: await findPeople(services, caller, query) }
    },
  }),
)
