import type { LocalSystem } from '../../../infra/local/local-system.ts'
import { samplePeople } from '../../../infra/local/sample-people.ts'

/** The addresses that an investigator's player gets. */
export type Playback = { master: string; copy: string; proxy: string }

/** @throws Error if it is refused */
export async function openPlayback({ api, issuer }: LocalSystem, id: string): Promise<Playback> {
  const [investigator] = samplePeople
  const authorization = `Bearer ${await issuer.tokenFor(investigator?.name ?? '')}`
  const reply = await fetch(`${api}/footage/${id}/playback`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify({ reason: 'measuring playback' }),
  })
  if (!reply.ok) throw new Error(`Playback was refused: ${reply.status} ${await reply.text()}`)
  const { url: master } = (await reply.json()) as { url: string }
  const sibling = (kind: string) => master.replace('master', kind)
  return { master, copy: sibling('copy'), proxy: sibling('proxy') }
}
