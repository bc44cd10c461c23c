import { app } from '@azure/functions'
import { unassignedFootage } from '../../shared/cameras/unassigned.ts'
import { edge } from '../../shared/http/edge.ts'

/** Recordings of which nobody is on record as having worn the camera. Its name lets its route come before that of one camera. */
export const handleCamerasUnassigned = edge(async (call) => {
  await call.caller('keep-camera-register')
  return { jsonBody: { items: await unassignedFootage(call.services), next: null } }
})

app.http('camerasUnassigned', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'cameras/unassigned',
  handler: handleCamerasUnassigned,
})
