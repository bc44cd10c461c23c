import { randomUUID } from 'node:crypto'
import { oidSchema, registerEntrySchema } from '../../../shared/clearance/person.ts'
import { readConfig } from '../../../shared/config.ts'
import { chunkName, type FootageId } from '../../../shared/footage/ids.ts'
import { createLog } from '../../../shared/log.ts'
import { planRenditions } from '../../../shared/media/planning/plan-renditions.ts'
import { openPlayback, type Playback } from '../../../shared/retrieve/open-playback.ts'
import { play } from '../../../shared/retrieve/play.ts'
import { composeServices, type Services } from '../../../shared/services.ts'
import { footage } from '../../unit/footage-fixture.ts'
import { bodyCamera, steadyKeyframes, streamOutput } from '../../unit/media/fixtures.ts'

let people = 0

/** Everything that happens happens from here on. */
export const START = Date.parse('2026-11-23T12:00:00.000Z')
export const MINUTE_MS = 60_000
/** What a token is good for. */
export const TOKEN_MS = 60 * MINUTE_MS
/** Of a chunk of the made-up recordings. */
export const CHUNK_SECONDS = 60
export const VETTING = { awarded: '2024-01-01', expires: '2034-01-01', level: 'RV' } as const

/** The app's domain on a storage account, with a clock that stands until it is set. */
export type Stage = Awaited<ReturnType<typeof openStage>>

export async function openStage(storageSettings: Record<string, string>) {
  const clock = { now: START }
  const config = readConfig({
    AUTH_ISSUER: 'https://login.example/tenant/v2.0',
    AUTH_AUDIENCE: 'api://bluelamp',
    AUTH_TENANT_ID: '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21',
    AUTH_JWKS_URI: 'https://login.example/keys',
    SIGNING_KEY: Buffer.alloc(32, 1).toString('base64'),
    ...storageSettings,
  })
  const complaints: string[] = []
  const say = (line: string) => complaints.push(line)
  const log = createLog({ info: () => {}, warn: say, error: say })
  const services: Services = { ...composeServices(config, () => new Date(clock.now)), log }

  const person = async (role: 'Investigator' | 'Supervisor' | 'EvidenceManager') => {
    const oid = oidSchema.parse(randomUUID())
    const register = registerEntrySchema.parse({
      // One warrant number belongs to one person.
      officer: `P${100_001 + people++}`,
      unit: 'camden-cid',
      borough: 'camden',
      vetting: [{ ...VETTING, status: 'current' }],
      assignments: [],
    })
    await services.people.put(oid, register, null, { by: oid, cause: 'entered' })
    return {
      principal: { oid, roles: [role], register },
      clientAddress: '192.0.2.1',
      vouchedUntil: new Date(clock.now + TOKEN_MS).toISOString(),
    }
  }

  return {
    services,
    clock,
    complaints,
    person,
    /** A recording of so many chunks, as it is when all of it is rendered. */
    recording: (chunks: number) => addRecording(services, chunks),
    open: async (visitor: Awaited<ReturnType<typeof person>>, id: FootageId) => {
      const opened = await openPlayback(
        services,
        visitor,
        id,
        { reason: 'for a test' },
        'https://app',
      )
      return watching(services, opened)
    },
    trail: async (id: FootageId) =>
      (await services.audit.read(id)).map(({ action, actor, detail }) => ({
        action,
        actor,
        detail,
      })),
  }
}

/** A player with a playback URL. */
function watching(services: Services, opened: Playback) {
  const [, ticket = ''] = /\/play\/([^/]+)\//.exec(opened.url) ?? []
  return {
    ...opened,
    ticket,
    ask: (file: string, clientAddress: string | null = '192.0.2.1') =>
      play(services, services.tickets.open(ticket), file, clientAddress),
  }
}

async function addRecording(services: Services, chunks: number): Promise<FootageId> {
  const seconds = chunks * CHUNK_SECONDS
  const recording = footage({
    state: 'ready',
    durationSeconds: seconds,
    renditions: [{ kind: 'copy', state: 'ready', chunks, finished: chunks }],
  })
  const { id } = recording
  const {
    chunks: [first],
    ...plan
  } = planRenditions(bodyCamera, steadyKeyframes(CHUNK_SECONDS))
  if (!first) throw new Error('A plan has a chunk.')
  const numbers = Array.from({ length: chunks }, (_, index) => index)
  await services.renditions.putPlan(id, {
    ...plan,
    durationSeconds: seconds,
    chunks: numbers.map((index) => ({ ...first, index, startSeconds: index * CHUNK_SECONDS })),
  })
  const segments = Array.from({ length: CHUNK_SECONDS / 6 }, () => 6)
  for (const kind of ['copy', 'proxy'] as const) {
    for (const chunk of numbers) {
      const startSeconds = chunk * CHUNK_SECONDS
      const output = streamOutput(segments, {
        startSeconds,
        endSeconds: startSeconds + CHUNK_SECONDS,
      })
      const blob = `${id}/${kind}-${chunkName(chunk)}.mp4`
      await services.renditionRows.publish(id, kind, {
        schemaVersion: 1,
        chunk,
        blob,
        manifest: `${blob}.manifest.json`,
        output,
      })
    }
  }
  await services.renditions.putBytes(`${id}/copy-0000.mp4`, Buffer.alloc(6_000, 'a'), 'video/mp4')
  await services.catalogue.add(recording)
  return id
}
