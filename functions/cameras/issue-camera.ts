import { app } from '@azure/functions'
import { issueCamera, issueRequestSchema } from '../../shared/cameras/keep-issues.ts'
import { serialSchema } from '../../shared/footage/camera-issues.ts'
import { instantSchema } from '../../shared/footage/clock.ts'
import { edge } from '../../shared/http/edge.ts'
import { pathTextSchema } from '../../shared/http/path-value.ts'

/** Enters or corrects who wore a camera from a moment on. */
export const handleIssueCamera = edge(async (call) => {
  const { oid: actor } = await call.caller('keep-camera-register')
  const serial = call.param('serial', serialSchema)
  const from = call.param('from', pathTextSchema.pipe(instantSchema))
  const issue = { from, ...(await call.body(issueRequestSchema)) }
  const ifMatch = call.header('if-match')
  const { entry, etag } = await issueCamera(call.services, actor, serial, issue, ifMatch)
  return { jsonBody: entry, headers: { etag } }
})

app.http('issueCamera', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'cameras/{serial}/issues/{from}',
  handler: handleIssueCamera,
})
