import { app } from '@azure/functions'
import { readCamera } from '../../shared/cameras/keep-issues.ts'
import { cameraEntrySchema, serialSchema } from '../../shared/footage/camera-issues.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'getCamera',
    method: 'GET',
    path: 'cameras/{serial}',
    summary: 'Who wore a camera from when to when',
    description:
      'Every issue on record, oldest first. The ETag is the version that a change rests on. The question is recorded.',
    tag: 'Cameras',
    access: { duty: 'keep-camera-register' },
    params: { serial: serialSchema },
    answers: { 200: { body: cameraEntrySchema, etag: true } },
    consults: { what: 'camera', subject: ({ params: { serial } }) => serial },
    async handle({ services, params }) {
      const { entry, etag } = await readCamera(services, params.serial)
      return { status: 200, body: entry, etag }
    },
  }),
)
