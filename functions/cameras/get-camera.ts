import { app } from '@azure/functions'
import { readCamera } from '../../shared/cameras/keep-issues.ts'
import { serialSchema } from '../../shared/footage/camera-issues.ts'
import { edge } from '../../shared/http/edge.ts'

/** Who wore a camera from when to when. */
export const handleGetCamera = edge(async (call) => {
  await call.caller('keep-camera-register')
  const { entry, etag } = await readCamera(call.services, call.param('serial', serialSchema))
  return { jsonBody: entry, headers: { etag } }
})

app.http('getCamera', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'cameras/{serial}',
  handler: handleGetCamera,
})
