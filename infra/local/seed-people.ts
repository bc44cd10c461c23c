import type { OpenIdIssuer } from './openid-issuer/openid-issuer.ts'
import type { SamplePerson } from './sample-people.ts'

/**
 * Enters sample people into the app's register, as an administrator would: over HTTP. Who is in it
 * already stays as they are. The administrator has no entry: nobody enters themselves.
 * @throws Error naming the person that the app refused
 */
export async function seedPeople(
  api: string,
  issuer: OpenIdIssuer,
  people: readonly SamplePerson[],
): Promise<void> {
  const administrator = people.find(({ roles }) => roles.includes('Administrator'))
  if (!administrator) throw new Error('No sample person is an administrator.')
  const authorization = `Bearer ${await issuer.tokenFor(administrator.oid)}`
  await Promise.all(
    people.map(async ({ oid, name, register }) => {
      if (oid === administrator.oid) return
      const answer = await fetch(`${api}/people/${oid}`, {
        method: 'PUT',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ ...register, reason: 'sample person' }),
      })
      if (answer.ok || answer.status === ALREADY_THERE) return
      throw new Error(
        `The app refused to register ${name}: ${answer.status} ${await answer.text()}`,
      )
    }),
  )
}

/** Without If-Match, an entry that exists is left alone and answered so. */
const ALREADY_THERE = 412
