import { z } from 'zod'
import { registerEntrySchema } from '../../shared/clearance/person.ts'
import { roleSchema } from '../../shared/clearance/roles.ts'
import sample from './sample-people.json' with { type: 'json' }

/**
 * A person who can sign in locally: what the directory would say of them (object id, name, app
 * roles) and the entry that the local start writes for them into the app's people register.
 */
const samplePersonSchema = z.strictObject({
  oid: z.uuid(),
  name: z.string().min(1),
  roles: z.array(roleSchema.exclude(['Dock'])).min(1),
  register: registerEntrySchema,
})
export type SamplePerson = z.infer<typeof samplePersonSchema>

/** A docking station: an app registration with a secret. `oid` is that of its service principal. */
const sampleDockSchema = z.strictObject({
  clientId: z.uuid(),
  oid: z.uuid(),
  secret: z.string().min(1),
  site: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case words joined by hyphens'),
  name: z.string().min(1),
})

/**
 * The people and docks of sample-people.json. All are invented. Between them they show each role and
 * each reason for which clearance is refused: expired vetting, another borough, national security
 * vetting without force vetting.
 */
export const { people: samplePeople, docks: sampleDocks } = z
  .strictObject({ people: z.array(samplePersonSchema), docks: z.array(sampleDockSchema) })
  .parse(sample)
