import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DemoError } from './checks.ts'
import { dockAndWatch } from './dock-and-watch.ts'
import { takeOriginal } from './original.ts'
import { CAMDEN_INVESTIGATOR } from './people.ts'
import type { Stage } from './stage.ts'

/** A camera that lost power: whole in its bytes, but nothing plays it. It is evidence all the same. */
export async function keepWhatDoesNotPlay(stage: Stage, file: string): Promise<string> {
  const { checks, client, folder } = stage
  const damaged = path.join(folder, 'damaged.mp4')
  await writeFile(damaged, withoutIndex(await readFile(file)))
  const camera = { serial: 'BWV-DEMO-3', firmware: '1.0.0' }
  const recording = { file: damaged, camera, durationSeconds: 30 }
  const { id, outcome, sightings } = await dockAndWatch(stage, recording, ['unplayable', 'ready'])
  const last = sightings.at(-1)
  checks.equal(
    'a recording without its index',
    { outcome: outcome.outcome, state: last?.state, mayWipe: last?.mayWipe },
    { outcome: 'secured', state: 'unplayable', mayWipe: true },
  )
  const { unplayable } = await client.get<{ unplayable?: { reason: string; detail: string } }>(
    CAMDEN_INVESTIGATOR,
    `/footage/${id}`,
  )
  checks.holds(
    'why it does not play',
    Boolean(unplayable?.reason && unplayable.detail),
    'a reason, in words',
    unplayable ? `${unplayable.reason}: ${unplayable.detail}` : 'no reason',
  )
  const reason = JSON.stringify({ reason: 'demonstration' })
  const opened = await client.ask(CAMDEN_INVESTIGATOR, `/footage/${id}/playback`, {
    method: 'POST',
    body: reason,
  })
  checks.equal('playing it is answered', opened.status, 409)
  await takeOriginal(stage, id, damaged)
  return `${last?.state}, the camera ${last?.mayWipe ? 'may' : 'must not'} be wiped`
}

/** The file with its `moov` box declared free space (ISO/IEC 14496-12 §8.1.2): samples, but no index. */
function withoutIndex(file: Buffer): Buffer {
  for (let at = 0; at + 8 <= file.length; at += file.readUInt32BE(at) || file.length) {
    if (file.toString('latin1', at + 4, at + 8) !== 'moov') continue
    const damaged = Buffer.from(file)
    damaged.write('free', at + 4, 'latin1')
    return damaged
  }
  throw new DemoError('Expected a moov box in the recording, seen none.')
}
