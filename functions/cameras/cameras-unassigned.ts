import { app } from '@azure/functions'
import { listOf, wholeList } from '../../shared/access/pages.ts'
import { unassignedFootage, unassignedFootageSchema } from '../../shared/cameras/unassigned.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    // Its name lets its route come before that of one camera.
    name: 'camerasUnassigned',
    method: 'GET',
    path: 'cameras/unassigned',
    summary: 'Recordings of which nobody is on record as having worn the camera',
    description:
      'Newest first, at most 100: a list to work off. What an issue covers by now is filed and leaves the list. The question is recorded.',
    tag: 'Cameras',
    access: { duty: 'keep-camera-register' },
    answers: { 200: { body: listOf(unassignedFootageSchema) } },
    consults: { what: 'cameras-unassigned', subject: () => 'all' },
    async handle({ services }) {
      return { status: 200, body: wholeList(await unassignedFootage(services)) }
    },
  }),
)
