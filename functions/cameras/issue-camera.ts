import { app } from '@azure/functions'
import {
  issueCamera,
  issueMomentSchema,
  issueRequestSchema,
} from '../../shared/cameras/keep-issues.ts'
import { cameraEntrySchema, serialSchema } from '../../shared/footage/camera-issues.ts'
import { ifMatch } from '../../shared/http/optional-header.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'issueCamera',
    method: 'PUT',
    path: 'cameras/{serial}/issues/{from}',
    summary: 'Enters or corrects who wore a camera from a moment on',
    description:
      'The moment in the path is when it begins; an issue that began then is replaced. Without If-Match a camera is added. 409 where someone else wore it within the span. Recordings of that time are filed under whoever wore it, which their audit trails record. Kept in the history of the camera, with the reason.',
    tag: 'Cameras',
    access: { duty: 'keep-camera-register' },
    params: { serial: serialSchema, from: issueMomentSchema },
    headers: ifMatch,
    body: issueRequestSchema,
    answers: { 200: { body: cameraEntrySchema, etag: true } },
    problems: ['conflict', 'precondition-failed'],
    async handle({ services, params: { serial, from }, headers, body, caller, clientAddress }) {
      const { reason, ...worn } = body
      const issue = { from, ...worn }
      const version = headers['if-match']
      const author = { by: caller.oid, clientAddress, reason }
      const { entry, etag } = await issueCamera(services, author, serial, issue, version)
      return { status: 200, body: entry, etag }
    },
  }),
)
