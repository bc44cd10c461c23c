import { app } from '@azure/functions'
import { withdrawIssue } from '../../shared/cameras/keep-issues.ts'
import { serialSchema } from '../../shared/footage/camera-issues.ts'
import { instantSchema } from '../../shared/footage/clock.ts'
import { edge } from '../../shared/http/edge.ts'
import { pathTextSchema } from '../../shared/http/path-value.ts'

/** Takes back an issue of a camera that never was. */
export const handleWithdrawCameraIssue = edge(async (call) => {
  const { oid: actor } = await call.caller('keep-camera-register')
  const serial = call.param('serial', serialSchema)
  const from = call.param('from', pathTextSchema.pipe(instantSchema))
  const ifMatch = call.header('if-match')
  const { entry, etag } = await withdrawIssue(call.services, actor, serial, from, ifMatch)
  return { jsonBody: entry, headers: { etag } }
})

app.http('withdrawCameraIssue', {
  methods: ['DELETE'],
  authLevel: 'anonymous',
  route: 'cameras/{serial}/issues/{from}',
  handler: handleWithdrawCameraIssue,
})
