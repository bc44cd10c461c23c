import { app } from '@azure/functions'
import { cameraHistorySchema, readCameraHistory } from '../../shared/cameras/keep-issues.ts'
import { serialSchema } from '../../shared/footage/camera-issues.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'cameraHistory',
    method: 'GET',
    path: 'cameras/{serial}/history',
    summary: 'Every change of who is on record as having worn a camera',
    description:
      'First one first; `whole` says whether the hash chain of the changes is unbroken. The question is recorded.',
    tag: 'Cameras',
    access: { duty: 'read-camera-history' },
    params: { serial: serialSchema },
    answers: { 200: { body: cameraHistorySchema } },
    consults: { what: 'camera-history', subject: ({ params: { serial } }) => serial },
    async handle({ services, params: { serial } }) {
      return { status: 200, body: await readCameraHistory(services, serial) }
    },
  }),
)
