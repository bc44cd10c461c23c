import { readFile } from 'node:fs/promises'
import { dockAndWatch } from './dock-and-watch.ts'
import { sha256 } from './original.ts'
import { EVIDENCE_MANAGER } from './people.ts'
import type { Stage } from './stage.ts'

/** As often as the dock tries before it asks for a person. */
const SENDINGS = 3

type Quarantined = {
  id: string
  parts: { mismatches: { reason: string; measured: { sha256: string } }[] }[]
}

/** A cable that flips a bit: the bytes go to quarantine, the camera keeps its recording. */
export async function sendDamagedBytes(stage: Stage, file: string): Promise<string> {
  const { checks, client } = stage
  const camera = { serial: 'BWV-DEMO-2', firmware: '1.0.0' }
  const corruptSends = Number.POSITIVE_INFINITY
  const failed = await dockAndWatch(stage, { file, camera, sequence: 0, corruptSends }, [
    'mismatched',
  ])
  const { id } = failed
  const status = await client.get<{ mayWipe: boolean; sendAgain: string[] }>(
    stage.station.clientId,
    `/uploads/${id}`,
  )
  const verdict = { outcome: failed.outcome.outcome, sendings: failed.sendings }
  checks.equal('a faulty cable', verdict, { outcome: 'mismatched', sendings: SENDINGS })
  checks.equal(
    'the dock is told',
    { mayWipe: status.mayWipe, sendAgain: status.sendAgain },
    { mayWipe: false, sendAgain: ['recording'] },
  )

  const { items } = await client.get<{ items: Quarantined[] }>(EVIDENCE_MANAGER, '/quarantine')
  const mismatches = items.find((item) => item.id === id)?.parts[0]?.mismatches ?? []
  checks.equal(
    'quarantine lists',
    mismatches.map(({ reason }) => reason),
    Array<string>(SENDINGS).fill('hash-differs'),
  )
  const { attempts } = await client.get<{ attempts: { url: string }[] }>(
    EVIDENCE_MANAGER,
    `/quarantine/${id}`,
  )
  const kept = await Promise.all(
    attempts.map(async ({ url }) => sha256(await (await fetch(url)).bytes())),
  )
  const measured = mismatches.map((mismatch) => mismatch.measured.sha256)
  const declared = sha256(await readFile(file))
  const differs = kept.every((hash) => hash !== declared)
  checks.holds(
    'the bytes kept there',
    kept.length === SENDINGS && kept.join() === measured.join() && differs,
    'have the hashes that were measured, not the declared one',
    kept.map((hash) => hash.slice(0, 8)).join(', '),
  )

  const sound = await dockAndWatch(stage, { file, camera, sequence: 0 }, [
    'secured',
    'rendering',
    'ready',
  ])
  checks.equal(
    'the same recording over a sound cable',
    { outcome: sound.outcome.outcome, sameId: sound.id === id },
    { outcome: 'secured', sameId: true },
  )
  return `${SENDINGS} sendings quarantined, then ${sound.outcome.outcome}`
}
