import { app } from '@azure/functions'
import {
  issueMomentSchema,
  withdrawalRequestSchema,
  withdrawIssue,
} from '../../shared/cameras/keep-issues.ts'
import { cameraEntrySchema, serialSchema } from '../../shared/footage/camera-issues.ts'
import { ifMatch } from '../../shared/http/optional-header.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'withdrawCameraIssue',
    method: 'DELETE',
    path: 'cameras/{serial}/issues/{from}',
    summary: 'Takes back an issue of a camera that never was',
    description:
      'Recordings of that time are filed under whom the dock declared, and come onto the list of what nobody is known to have worn. Kept in the history of the camera, with the reason.',
    tag: 'Cameras',
    access: { duty: 'keep-camera-register' },
    params: { serial: serialSchema, from: issueMomentSchema },
    headers: ifMatch,
    body: withdrawalRequestSchema,
    answers: { 200: { body: cameraEntrySchema, etag: true } },
    problems: ['precondition-failed', 'precondition-required'],
    async handle({ services, params: { serial, from }, headers, body, caller, clientAddress }) {
      const version = headers['if-match']
      const author = { by: caller.oid, clientAddress, ...body }
      const { entry, etag } = await withdrawIssue(services, author, serial, from, version)
      return { status: 200, body: entry, etag }
    },
  }),
)
