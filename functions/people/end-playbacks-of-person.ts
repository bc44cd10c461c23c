import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { route } from '../../shared/http/route.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'
import { endedSchema, endViewingsOfPerson } from '../../shared/viewing/end-viewings.ts'

app.http(
  ...route({
    name: 'endPlaybacksOfPerson',
    method: 'DELETE',
    path: 'people/{oid}/playback',
    summary: 'Ends all that a person is viewing: they leave, or a device of theirs is lost',
    description:
      'Every open viewing of the person ends, whatever they watch. It takes no right from them: change their entry in the people register for that. Recorded in the trail of each recording, with the reason.',
    tag: 'Watching',
    access: { duty: 'end-playbacks' },
    params: { oid: oidSchema },
    body: reasonOnlySchema,
    answers: { 200: { body: endedSchema } },
    async handle({ services, caller, params: { oid }, body }) {
      const ended = await endViewingsOfPerson(services, caller.oid, oid, body.reason)
      return { status: 200, body: { ended } }
    },
  }),
)
