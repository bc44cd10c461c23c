import { app } from '@azure/functions'
import { apiDocument, apiDocumentSchema } from '../../shared/http/api-document.ts'
import { declaredRoutes, route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'apiDocument',
    method: 'GET',
    path: 'openapi.json',
    summary: 'What this API offers to whom, as an OpenAPI 3.1 document',
    access: 'anyone',
    answers: { 200: { body: apiDocumentSchema } },
    async handle({ services: { config }, baseUrl }) {
      const { issuer, audience } = config.auth
      return {
        status: 200,
        body: apiDocument(declaredRoutes(), { baseUrl, issuer, audience }),
      }
    },
  }),
)
