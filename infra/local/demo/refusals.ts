import { v7 } from 'uuid'
import type { Answer } from './client.ts'
import {
  CAMDEN_INVESTIGATOR,
  EXPIRED_INVESTIGATOR,
  HACKNEY_INVESTIGATOR,
  SECURITY_CLEARED_INVESTIGATOR,
  WEARER,
} from './people.ts'
import type { Stage } from './stage.ts'

const REFUSED = {
  'another borough': HACKNEY_INVESTIGATOR,
  'vetting expired': EXPIRED_INVESTIGATOR,
  'SC without force vetting': SECURITY_CLEARED_INVESTIGATOR,
}
const POST = { method: 'POST', body: JSON.stringify({ reason: 'demonstration' }) }
const WAYS_IN: [path: string, init?: RequestInit][] = [
  [''],
  ['/progress'],
  ['/poster'],
  ['/playback', POST],
  ['/original', POST],
  ['/audit'],
]

/** Who is not cleared learns nothing: not even whether the recording exists. */
export async function beRefused(stage: Stage, id: string): Promise<string> {
  const { checks, client } = stage
  const missing = v7()
  const refusedTo = async (who: string | null): Promise<string[]> => {
    const answers = WAYS_IN.map(async ([path, init]) => {
      const ofRecording = await client.ask(who, `/footage/${id}${path}`, init)
      const ofNothing = await client.ask(who, `/footage/${missing}${path}`, init)
      const same = fingerprint(ofRecording) === fingerprint(ofNothing)
      return `${ofRecording.status}${same ? ' as if missing' : ' unlike what is missing'}`
    })
    return [...new Set(await Promise.all(answers))]
  }
  for (const [why, who] of Object.entries(REFUSED)) {
    checks.equal(`refused, ${why} (${who})`, await refusedTo(who), ['404 as if missing'])
  }
  checks.equal('refused, no token', await refusedTo(null), ['401 as if missing'])

  const found = (who: string) => client.get<Found>(who, '/footage?borough=camden')
  const [camden, hackney] = [await found(CAMDEN_INVESTIGATOR), await found(HACKNEY_INVESTIGATOR)]
  checks.equal(
    `${CAMDEN_INVESTIGATOR} of Camden searches Camden`,
    camden.items.map((item) => item.id).includes(id) ? 'finds it' : 'does not find it',
    'finds it',
  )
  checks.equal(`${HACKNEY_INVESTIGATOR} of Hackney searches Camden`, hackney, {
    items: [],
    next: null,
  })

  const played = await client.ask(WEARER, `/footage/${id}/playback`, POST)
  const taken = await client.ask(WEARER, `/footage/${id}/original`, POST)
  checks.equal(
    `${WEARER}, who wore the camera`,
    { plays: played.status, takes: taken.status },
    {
      plays: 201,
      takes: 404,
    },
  )
  return `${Object.keys(REFUSED).length} people and nobody, by ${WAYS_IN.length} ways in`
}

type Found = { items: { id: string }[]; next: string | null }

/** Everything of an answer that a caller can see, but the time of day. */
function fingerprint({ status, headers, text }: Answer): string {
  const shown = [...headers].filter(([name]) => name !== 'date')
  return JSON.stringify([status, shown, text])
}
