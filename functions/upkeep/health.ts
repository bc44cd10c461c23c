import { app } from '@azure/functions'
import { z } from 'zod'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'health',
    method: 'GET',
    path: 'health',
    summary: 'Whether the app runs and its settings are usable; nothing else, for anyone may ask',
    description:
      '500 (`misconfigured`) names the settings that are missing or wrong, and no value.',
    tag: 'Service',
    access: 'anyone',
    answers: { 200: { body: z.object({ status: z.literal('ok') }) } },
    handle: async () => ({ status: 200, body: { status: 'ok' } }),
  }),
)
