import type { TransactionAction } from '@azure/data-tables'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { typeOf } from '../../infra/local/event-grid/events.ts'
import { samplePeople } from '../../infra/local/sample-people.ts'
import { CURSOR_LIFE_MS, createCursors } from '../../shared/access/cursors.ts'
import { officerSchema } from '../../shared/clearance/person.ts'
import type { Footage } from '../../shared/footage/footage.ts'
import { pathKeys } from '../../shared/footage/index-keys.ts'
import { summarise } from '../../shared/footage/summary.ts'
import type { Declaration } from '../../shared/http/declaration.ts'
import { connectStorage } from '../../shared/storage/clients.ts'
import { entityOf } from '../../shared/storage/tables/documents.ts'
import {
  AUDITOR,
  DOCK,
  MANAGER,
  OTHER_BOROUGH,
  OTHER_DOCK,
  UNVETTED,
  uploadRequest,
} from '../functions/local-app.ts'
import { freeBlock } from '../local/start/free-block.ts'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Reply, type Scene } from '../scene.ts'
import { footageRecordedAt } from '../unit/footage-fixture.ts'
import { addressOf, bodyOf, NOTHING, parametersOf, ROUTES } from './routes.ts'
import { type WatchedStorage, watchedStorage } from './watched-storage.ts'

const NATIONAL_SECURITY_ONLY = 'Ruth Kessler'
const SUPERVISOR = personWith('Supervisor')
const NEVER = '0 0 0 1 1 *'
const BYTES = 'not for everybody'
const reason = 'asked for by the officer in charge'

/** Who may not see which recording: one of Camden, or one of Hackney. */
const STRANGERS = [
  [OTHER_BOROUGH, 'camden'],
  [UNVETTED, 'camden'],
  [NATIONAL_SECURITY_ONLY, 'camden'],
  [SUPERVISOR, 'hackney'],
  [personWith('Officer'), 'hackney'],
  [personWith('DisclosureOfficer'), 'camden'],
  [personWith('Administrator'), 'camden'],
  [OTHER_DOCK, 'camden'],
] as const
type Borough = (typeof STRANGERS)[number][1]

let watched: WatchedStorage
let scene: Scene
const recordings = new Map<Borough, { id: string; package: string }>()

beforeAll(async () => {
  const port = await freeBlock()
  watched = await watchedStorage(port)
  scene = await openScene({
    port,
    settings: {
      FootageStorage: watched.connectionString,
      SWEEP_SCHEDULE: NEVER,
      ANCHOR_SCHEDULE: NEVER,
      DISPOSAL_SCHEDULE: NEVER,
    },
  })
  for (const borough of ['camden', 'hackney'] as const) {
    recordings.set(borough, await recordingOf(borough))
  }
  for (const { id, package: key } of recordings.values()) {
    await scene.until(id, 'unplayable')
    await vi.waitFor(
      async () => {
        const made = await scene.as(MANAGER, 'GET', `/footage/${id}/packages/${key}`)
        expect(made.json()).toMatchObject({ state: 'ready' })
      },
      { timeout: 30_000, interval: 200 },
    )
  }
}, PIPELINE_LIMIT_MS)
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]()
  await watched?.[Symbol.asyncDispose]()
})

/** A recording that is secured, held, linked, and of which a package is asked for. */
async function recordingOf(borough: Borough) {
  const request = uploadRequest(BYTES, {
    borough,
    unit: `${borough}-cid`,
    officer: 'P555001',
    references: [{ type: 'crime', value: '2499999/26' }],
  })
  const opened = (await scene.as(DOCK, 'POST', '/uploads', request)).json() as {
    id: string
    uploads: { url: string }[]
  }
  const sent = await fetch(opened.uploads[0]?.url ?? '', {
    method: 'PUT',
    body: BYTES,
    headers: { 'x-ms-blob-type': 'BlockBlob' },
  })
  expect(sent.status).toBe(201)
  const { id } = opened
  await vi.waitFor(
    async () => {
      const status = await scene.as(DOCK, 'GET', `/uploads/${id}`)
      expect(status.json()).toMatchObject({ mayWipe: true })
    },
    { timeout: 30_000, interval: 100 },
  )
  const asked = await scene.as(MANAGER, 'POST', `/footage/${id}/packages`, {
    reason,
    recipients: [
      { name: 'A. Clerk', organisation: 'CPS', capacity: 'prosecution', contact: 'a@example.org' },
    ],
  })
  expect(asked.status, asked.text).toBe(202)
  return { id, package: (asked.json() as { package: string }).package }
}

const ofRecordings = ROUTES.filter(
  (route) => parametersOf(route).includes('id') && typeof route.access === 'object',
)

/** Asking to break the glass is for those whom nothing ties to a recording. */
const mayAsk = (who: string, { name }: Declaration): boolean =>
  name === 'askBreakGlass' && (who === OTHER_BOROUGH || who === SUPERVISOR)

const currentEtag = async (id: string): Promise<string> =>
  (await scene.as(MANAGER, 'GET', `/footage/${id}/management`)).headers.get('etag') ?? ''

/** What of an answer a caller can compare: all but when it was given. */
const comparable = ({ status, headers, text }: Reply) => {
  const rest = Object.fromEntries(headers)
  delete rest.date
  return { status, headers: rest, text }
}

/** All is as it is asked for, and heard later: a test of the domain compares what it costs. */
async function cannotTellByAsking(who: string, route: Declaration, id: string): Promise<void> {
  const answers = await Promise.all(
    [NOTHING, id].map(async (of) => {
      const at = addressOf(route, { id: of })
      const { headers, ...answer } = comparable(
        await scene.as(who, route.method, `/${at}`, bodyOf(route)),
      )
      const { request, approveBefore, ...body } = JSON.parse(answer.text)
      expect([request, approveBefore]).toEqual([expect.any(String), expect.any(String)])
      expect(answer.status).toBe(202)
      return { headers, body, length: answer.text.length }
    }),
  )
  expect(answers[1]).toEqual(answers[0])
}

describe.each(STRANGERS)('%s', (who, borough) => {
  const known = () => {
    const recording = recordings.get(borough)
    if (!recording) throw new Error(`There is no recording of ${borough}.`)
    return recording
  }

  it.each(ofRecordings.map((route) => [route.name, route] as const))(
    'cannot tell by %s whether there is a recording that they may not see',
    async (_, route) => {
      if (mayAsk(who, route)) return cannotTellByAsking(who, route, known().id)
      const { id, package: key } = known()
      const ask = async (of: string, ifMatch: string) => {
        watched.taken()
        const at = addressOf(route, { id: of, package: key })
        const reply = await scene.as(who, route.method, `/${at}`, bodyOf(route), {
          'if-match': ifMatch,
        })
        return { answer: comparable(reply), storage: watched.taken() }
      }
      const versions = route.headers?.['if-match'] ? ['"rev-1"', await currentEtag(id), '*'] : ['*']
      for (const ifMatch of versions) {
        // Once more if a timer of the app came in between, or the first call of a limit made its row.
        const missing = await vi.waitFor(
          async () => {
            const [missing, refused] = [await ask(NOTHING, ifMatch), await ask(id, ifMatch)]
            expect(refused.answer).toEqual(missing.answer)
            expect(refused.storage, 'what it cost').toEqual(missing.storage)
            return missing
          },
          { timeout: 15_000 },
        )
        expect(missing.storage, 'the log of attempts').toContain('POST attempts')
        expect([403, 404]).toContain(missing.answer.status)
        if ('action' in Object(route.access)) expect(missing.answer.status).toBe(404)
      }
    },
  )

  it('finds it in no list, whatever they search by', async () => {
    for (const query of [
      `borough=${borough}`,
      `unit=${borough}-cid`,
      'officer=P555001',
      'reference=crime:2499999/26',
      'state=unplayable',
    ]) {
      const reply = await scene.as(who, 'GET', `/footage?${query}`)
      expect(reply.text).not.toContain(known().id)
    }
  })
})

describe('thousands of recordings that a caller may not list', () => {
  const DAY_MS = 86_400_000
  const NOW = Date.now()
  const daysAgo = (days: number) => new Date(NOW - days * DAY_MS).toISOString()
  const span = `from=${daysAgo(30)}&to=${daysAgo(0)}`

  /** All pages of a list, as far as a caller can compare them. */
  async function pagesOf(who: string, query: string) {
    const pages: unknown[] = []
    let cursor = ''
    do {
      const reply = await scene.as(who, 'GET', `/footage?${span}&${query}${cursor}`)
      const { items = [], next = null } = reply.json() as {
        items?: unknown[]
        next?: string | null
      }
      pages.push({ status: reply.status, items, next: next?.length })
      cursor = next ? `&cursor=${next}` : ''
    } while (cursor)
    return pages
  }

  const allPages = async () => {
    const all: Record<string, unknown> = {}
    for (const who of [SUPERVISOR, personWith('Officer'), personWith('DisclosureOfficer')]) {
      for (const query of [
        'limit=25',
        'borough=hackney',
        'borough=camden',
        'unit=hackney-cid',
        'officer=P555009',
        'state=ready',
      ]) {
        all[`${who}: ${query}`] = await pagesOf(who, query)
      }
    }
    return all
  }

  async function enter(count: number, said: Partial<Footage>): Promise<void> {
    const table = connectStorage({
      kind: 'connection-string',
      connectionString: watched.connectionString,
    }).table('footageIndex')
    const made = Array.from({ length: count }, (_, n) =>
      footageRecordedAt(daysAgo(1 + (n * 28) / count), { state: 'ready', ...said }),
    )
    const rows = made.flatMap((each) => {
      const summary = summarise(each)
      return pathKeys(summary)
        .filter(({ partition }) => /^(borough|unit|officer):/.test(partition))
        .map(({ partition, row }) => entityOf(partition, row, summary))
    })
    const byPartition = Map.groupBy(rows, ({ partitionKey }) => partitionKey)
    for (const ofOne of byPartition.values()) {
      for (let from = 0; from < ofOne.length; from += 100) {
        const batch = ofOne.slice(from, from + 100).map((row) => ['create', row] as const)
        await table.submitTransaction(batch as unknown as TransactionAction[])
      }
    }
  }

  it('change nothing in what they are answered, in how much at a time, or in how many pages', async () => {
    const before = await allPages()
    const officer = officerSchema.parse('P555009')
    await enter(2_000, { officer, borough: 'hackney', unit: 'hackney-cid' })
    await enter(100, { officer, borough: 'camden', unit: 'camden-cid', restrictions: ['child'] })
    expect(await allPages()).toEqual(before)
    const reply = await scene.as(MANAGER, 'GET', `/footage?${span}&unit=hackney-cid&limit=100`)
    expect((reply.json() as { items: unknown[] }).items).toHaveLength(100)
  }, 60_000)
})

describe('a cursor', () => {
  const query = 'borough=camden&limit=1'
  const page = (who: string, search: string) => scene.as(who, 'GET', `/footage?${search}`)
  const cursor = async () => {
    const { next } = (await page(MANAGER, query)).json() as { next: string }
    expect((await page(MANAGER, `${query}&cursor=${next}`)).status).toBe(200)
    return next
  }

  it('goes on for its caller and query alone, and not if it was altered', async () => {
    const next = await cursor()
    for (const [who, search] of [
      [SUPERVISOR, query],
      [MANAGER, 'borough=camden&limit=2'],
      [MANAGER, 'borough=hackney&limit=1'],
      [MANAGER, 'state=unplayable&limit=1'],
      [MANAGER, `${query}&from=2026-01-01`],
    ] as const) {
      const { status } = await page(who, `${search}&cursor=${next}`)
      expect(status, `${who}: ${search}`).toBe(400)
    }
    for (const at of [0, 20, next.length - 1]) {
      const altered = next.slice(0, at) + (next[at] === 'A' ? 'B' : 'A') + next.slice(at + 1)
      expect((await page(MANAGER, `${query}&cursor=${altered}`)).status, `${at}`).toBe(400)
    }
  })

  it('opens no other list', async () => {
    const next = await cursor()
    const lists = ROUTES.filter(({ query }) => query && 'cursor' in query.shape)
    expect(lists.length).toBeGreaterThan(1)
    for (const route of lists.filter(({ name }) => name !== 'searchFootage')) {
      for (const who of [MANAGER, AUDITOR, personWith('DisclosureOfficer'), SUPERVISOR]) {
        const at = addressOf(route, { id: recordings.get('camden')?.id ?? '' })
        const { status } = await scene.as(who, route.method, `/${at}?cursor=${next}`)
        expect([400, 403, 404], `${who}: ${route.name}`).toContain(status)
      }
    }
  })

  it('ends with the shift', async () => {
    const key = Buffer.from(scene.system.settings.SIGNING_KEY ?? '', 'base64')
    const oid = samplePeople.find(({ name }) => name === MANAGER)?.oid ?? ''
    const binding = { list: 'footage', oid, query: JSON.stringify({ borough: 'camden', limit: 1 }) }
    const span = { from: '2026-01-01T00:00:00.000Z', to: new Date().toISOString(), after: '0' }
    const sealedAgo = (ms: number) =>
      createCursors(key, () => new Date(Date.now() - ms)).seal(JSON.stringify(span), binding)
    for (const [ago, status] of [
      [CURSOR_LIFE_MS - 60_000, 200],
      [CURSOR_LIFE_MS, 400],
    ] as const) {
      expect((await page(MANAGER, `${query}&cursor=${sealedAgo(ago)}`)).status).toBe(status)
    }
  })
})

it('tells other systems no more of a recording than its id and what has become of it', () => {
  const ids = [...recordings.values()].map(({ id }) => id)
  const told = scene.system.eventGrid
    .recentEvents()
    .filter((event) => typeOf(event).startsWith('Bluelamp.Footage'))
  expect(new Set(told.map(({ subject }) => subject))).toEqual(
    new Set(ids.map((id) => `footage/${id}`)),
  )
  for (const { subject = '', data } of told) {
    expect(data).toEqual({ footageId: subject.replace('footage/', '') })
  }
})

it('leaves no trace of who was refused in the trail of a recording', async () => {
  const oidOf = (who: string) => samplePeople.find(({ name }) => name === who)?.oid
  for (const [borough, { id }] of recordings) {
    const trail = await scene.as(AUDITOR, 'GET', `/footage/${id}/audit`)
    const { items } = trail.json() as { items: { action: string; actor: string }[] }
    expect(items.map(({ action }) => action)).toContain('footage-secured')
    for (const [who, of] of STRANGERS) {
      if (of !== borough) continue
      // Who asked to break the glass was not refused.
      const others = items.filter(({ action }) => action !== 'break-glass-asked')
      expect(others.map(({ actor }) => actor)).not.toContain(oidOf(who))
    }
  }
})
