import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { whySchema } from '../../shared/retrieve/open-playback.ts'
import { takenOriginalSchema, takeOriginal } from '../../shared/retrieve/release.ts'

app.http(
  ...route({
    name: 'takeOriginal',
    method: 'POST',
    path: 'footage/{id}/original',
    summary: 'Hands out the original of a recording, recorded as disclosure',
    description:
      '`url` is a SAS for the one blob, good for two minutes to begin a download with, and serves ranges. Compare `sha256` with what arrived. 409 before the recording is secured. Recorded in the audit trail as disclosure, with the reason.',
    tag: 'Taking',
    access: { action: 'take-original' },
    params: { id: footageIdSchema },
    body: whySchema,
    limit: 'export',
    answers: { 201: { body: takenOriginalSchema } },
    problems: ['conflict'],
    async handle({ services, params: { id }, body, visitor }) {
      return { status: 201, body: await takeOriginal(services, await visitor(), id, body) }
    },
  }),
)
