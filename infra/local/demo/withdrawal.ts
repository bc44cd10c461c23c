import { samplePeople } from '../sample-people.ts'
import { DemoError } from './checks.ts'
import { ADMINISTRATOR, CAMDEN_INVESTIGATOR } from './people.ts'
import type { Playback } from './play.ts'
import type { Stage } from './stage.ts'

/** Vetting is suspended while a player is open: the same URL opens nothing; nor once it is closed. */
export async function withdrawClearance(stage: Stage, { url }: Playback): Promise<string> {
  const { checks } = stage
  const person = samplePeople.find(({ name }) => name === CAMDEN_INVESTIGATOR)
  if (!person) throw new DemoError(`Expected ${CAMDEN_INVESTIGATOR} in sample-people.json.`)
  const chunk = new URL('copy-0000.mp4', url)
  const statuses = async () => {
    const [playlist, segment] = await Promise.all([
      fetch(url),
      fetch(chunk, { redirect: 'manual' }),
    ])
    return { playlist: playlist.status, chunk: segment.status }
  }
  const suspended = person.register.vetting.map((one) => ({ ...one, status: 'suspended' as const }))
  checks.equal('an open player is served', await statuses(), { playlist: 200, chunk: 302 })
  await register(stage, person.oid, { ...person.register, vetting: suspended })
  checks.equal('once vetting is suspended', await statuses(), { playlist: 403, chunk: 403 })
  await register(stage, person.oid, person.register)
  checks.equal('once it is restored', await statuses(), { playlist: 200, chunk: 302 })
  const closed = await fetch(new URL('close', url), { method: 'POST' })
  checks.equal('the viewer closes it', closed.status, 204)
  checks.equal('once it is closed', await statuses(), { playlist: 410, chunk: 410 })
  return 'served, not served, served again until it was closed'
}

async function register({ client }: Stage, oid: string, entry: object): Promise<void> {
  const { headers } = await client.ask(ADMINISTRATOR, `/people/${oid}`)
  const { status, text } = await client.ask(ADMINISTRATOR, `/people/${oid}`, {
    method: 'PUT',
    headers: { 'if-match': headers.get('etag') ?? '' },
    body: JSON.stringify({ ...entry, reason: 'demonstration of a withdrawal' }),
  })
  if (status !== 200) {
    throw new DemoError(`Expected the register to take the entry, seen ${status} ${text}`)
  }
}
