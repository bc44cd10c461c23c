import { app } from '@azure/functions'
import {
  type ApiDocument,
  apiDocument,
  apiDocumentSchema,
  servedFrom,
} from '../../shared/http/api-document.ts'
import { declaredRoutes, route } from '../../shared/http/route.ts'

/** Made once: anyone may ask, and making it costs far more than answering. */
let made: ApiDocument | null = null

app.http(
  ...route({
    name: 'apiDocument',
    method: 'GET',
    path: 'openapi.json',
    summary: 'What this API offers to whom, as an OpenAPI 3.1 document',
    description: 'This document. It depends on nothing but the release and its settings.',
    tag: 'Service',
    access: 'anyone',
    limit: 'read-api',
    answers: { 200: { body: apiDocumentSchema } },
    async handle({ services: { config }, baseUrl }) {
      made ??= apiDocument(declaredRoutes(), config.auth)
      return { status: 200, body: servedFrom(baseUrl, made) }
    },
  }),
)
