import { odata } from '@azure/data-tables'
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts'
import { samplePeople } from '../../../infra/local/sample-people.ts'
import { type Principal, principalSchema } from '../../../shared/clearance/person.ts'
import { type FootageId, newFootageId } from '../../../shared/footage/ids.ts'
import { partitionsOf, rowKey } from '../../../shared/footage/index-keys.ts'
import { inParallel } from '../../../shared/in-parallel.ts'
import { footageDetail } from '../../../shared/retrieve/footage-detail.ts'
import { search } from '../../../shared/retrieve/search.ts'
import { searchQuerySchema } from '../../../shared/retrieve/search-query.ts'
import type { Services } from '../../../shared/services.ts'
import { connectStorage, type StorageClients } from '../../../shared/storage/clients.ts'
import { entityOf } from '../../../shared/storage/tables/documents.ts'
import { footageRecordedAt } from '../../unit/footage-fixture.ts'
import { timesByTurns } from '../harness/by-turns.ts'
import { quantile } from '../harness/quantile.ts'
import type { Bench, Goal, Row } from '../harness/row.ts'
import { servicesOn } from '../measure/services.ts'

const BOROUGH = 'camden'
/** All in one month, which is one partition of the index. */
const [FROM, TO] = ['2026-10-01T00:00:00.000Z', '2026-10-31T00:00:00.000Z']
const LIMIT = 25
/** As many rows as the index asks for at a time. */
const PAGE_ROWS = 100

export const retrieval: Row = {
  name: 'retrieval',
  title:
    'A page of search results and the detail of a recording, authorised, against the same table requests by the bare SDK. "Direct" calls the code of the app in this process; "HTTP" goes through the Functions host’s stand-in with a token that is checked.',
  async run(bench) {
    const system = await startLocalSystem({ log: () => {} })
    try {
      const stage = await setUp(system, bench)
      const calls = bench.quick ? 5 : 200
      const times = await timesByTurns(bench, calls, {
        'search: bare SDK': () => bareSearch(stage),
        'search: direct': () => directSearch(stage),
        'search: HTTP': () => overHttp(stage, `?${stage.query}`),
        'detail: bare SDK, the truth alone': () => bareRead(stage),
        'detail: bare SDK, and its entry in the trail': () => bareDetail(stage),
        'detail: direct': () => directDetail(stage),
        'detail: HTTP': () => overHttp(stage, `/${stage.id}`),
      })
      const at = (name: string, part: number) => quantile(times.get(name) ?? [], part)
      const goals = (what: string, ours: string, bare: string): Goal[] =>
        [0.5, 0.95].map((part) => ({
          what: `${what}, direct against the bare SDK, p${part * 100}`,
          seen: at(ours, part) / at(bare, part),
          atMost: 1.5,
          unit: '×',
        }))
      return {
        head: ['', 'p50 ms', 'p95 ms', 'p50 ÷ bare'],
        lines: [...times.keys()].map((name) => [
          name,
          at(name, 0.5).toFixed(2),
          at(name, 0.95).toFixed(2),
          `${(at(name, 0.5) / at(baseOf(name), 0.5)).toFixed(2)} ×`,
        ]),
        goals: [
          ...goals('search', 'search: direct', 'search: bare SDK'),
          ...goals('detail', 'detail: direct', 'detail: bare SDK, and its entry in the trail'),
        ],
        notes: [
          `${calls} calls of each, one after the other by turns. Nothing is shown before it is in the audit trail: of the detail’s requests one reads the truth, the others write the entry, and the bare SDK makes the same ones in the same order.`,
        ],
      }
    } finally {
      await system.dispose()
    }
  },
}

const baseOf = (name: string): string =>
  name.startsWith('search') ? 'search: bare SDK' : 'detail: bare SDK, and its entry in the trail'

type Stage = {
  services: Services
  table: StorageClients['table']
  principal: Principal
  id: FootageId
  query: URLSearchParams
  api: string
  authorization: string
}

/** A month of a borough, of which this person may list nearly all. */
async function setUp(
  { api, issuer, settings }: LocalSystem,
  { quick, say }: Bench,
): Promise<Stage> {
  const services = servicesOn(settings)
  const investigator = samplePeople.find(
    ({ roles, register }) => roles.includes('Investigator') && register.borough === BOROUGH,
  )
  if (!investigator) throw new Error(`There is no sample investigator of ${BOROUGH}.`)
  const { oid, roles, register, name } = investigator
  const count = quick ? 30 : 300
  say(`entering ${count} recordings`)
  const made = Array.from({ length: count }, (_, n) =>
    footageRecordedAt(new Date(Date.parse(TO) - (n + 1) * 3_600_000).toISOString(), {
      borough: BOROUGH,
      state: 'ready',
      restrictions: n % 10 === 9 ? ['child'] : [],
    }),
  )
  await inParallel(20, made, (each) => services.catalogue.add(each))
  const [first] = made
  if (!first) throw new Error('There is no recording.')
  return {
    services,
    table: connectStorage(services.config.storage).table,
    principal: principalSchema.parse({ oid, roles, register }),
    id: first.id,
    query: new URLSearchParams({ borough: BOROUGH, from: FROM, to: TO, limit: `${LIMIT}` }),
    api,
    authorization: `Bearer ${await issuer.tokenFor(name)}`,
  }
}

async function directSearch({ services, principal, query }: Stage): Promise<void> {
  const asked = searchQuerySchema.parse(Object.fromEntries(query))
  const { items } = await search(services, principal, asked)
  if (items.length !== LIMIT) throw new Error(`${items.length} items, not ${LIMIT}.`)
}

/** The first page of the partition that the search reads. */
async function bareSearch({ table }: Stage): Promise<void> {
  const [[partition = ''] = []] = partitionsOf({ by: 'borough', borough: BOROUGH }, FROM, TO)
  const filter = odata`PartitionKey eq ${partition} and RowKey ge ${`${rowKey(TO)};`} and RowKey lt ${`${rowKey(FROM)};`}`
  const pages = table('footageIndex')
    .listEntities({ queryOptions: { filter } })
    .byPage({ maxPageSize: PAGE_ROWS })
  for await (const page of pages) {
    if (page.length < LIMIT) throw new Error(`${page.length} rows, not ${LIMIT} or more.`)
    return
  }
}

async function directDetail({ services, principal, id }: Stage): Promise<void> {
  await footageDetail(services, { principal, clientAddress: '203.0.113.7' }, id)
}

async function bareRead({ table, id }: Stage): Promise<void> {
  await table('footage').getEntity(id, 'footage')
}

/** What the detail asks of tables, without deciding, hashing or checking anything. */
async function bareDetail(stage: Stage): Promise<void> {
  const { table, id, principal } = stage
  await bareRead(stage)
  const audit = table('audit')
  const heads = audit
    .listEntities({ queryOptions: { filter: odata`PartitionKey eq ${id}` } })
    .byPage({ maxPageSize: 1 })
  for await (const _ of heads) break
  const entry = { action: 'metadata-viewed', actor: principal.oid }
  // Beside the trail, whose own partition must stay a chain.
  const note = entityOf('bench:pending', newFootageId(), entry)
  await audit.upsertEntity(note, 'Replace')
  await audit.createEntity(entityOf('bench:entries', newFootageId(), entry))
  await audit.updateEntity(note, 'Replace', { etag: '*' })
  // Who looked at what on a day is one row: all but the first insert are refused.
  await table('activity')
    .createEntity(entityOf('bench', principal.oid, entry))
    .catch(() => {})
}

async function overHttp({ api, authorization }: Stage, what: string): Promise<void> {
  const reply = await fetch(`${api}/footage${what}`, { headers: { authorization } })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${reply.status} ${text}`)
}
