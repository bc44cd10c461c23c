import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admit } from '../../../shared/access/admit.ts'
import { verifyChain } from '../../../shared/audit/verify-chain.ts'
import { oidSchema, type Principal, registerEntrySchema } from '../../../shared/clearance/person.ts'
import { ACTIONS } from '../../../shared/clearance/roles.ts'
import { makePackage } from '../../../shared/export/make-package.ts'
import { releasePackage } from '../../../shared/export/release-package.ts'
import { packageRequestSchema, requestPackage } from '../../../shared/export/request-package.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import type { FootageId } from '../../../shared/footage/ids.ts'
import { EVER } from '../../../shared/footage/index-keys.ts'
import { changeFootage } from '../../../shared/manage/change.ts'
import { footageEtag } from '../../../shared/manage/etag.ts'
import { planHold } from '../../../shared/manage/holds.ts'
import { packageBlobName } from '../../../shared/records/evidence-package.ts'
import { carryOutDisposal } from '../../../shared/retention/carry-out-disposal.ts'
import { driveDisposal } from '../../../shared/retention/drive-disposal.ts'
import { orderDisposal, planCallOff } from '../../../shared/retention/order-disposal.ts'
import type { Services } from '../../../shared/services.ts'
import { FOOTAGE_CONTAINERS } from '../../../shared/storage/blobs/erasure.ts'
import { sweep } from '../../../shared/work/sweep.ts'
import { footageRecordedAt, part } from '../../unit/footage-fixture.ts'
import { composedServices } from '../composed-services.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const START = Date.parse('2026-11-23T12:00:00.000Z')
const DAY_MS = 86_400_000
let time = START

let storage: TestStorage
let services: Services
let told: string[]
let sent: string[]
beforeAll(async () => {
  storage = await startStorage()
  const composed = composedServices(storage, () => new Date(time))
  services = composed.services
  told = composed.told
  sent = composed.sent
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const person = (role: Principal['roles'][number], borough = 'camden'): Principal => ({
  oid: oidSchema.parse(crypto.randomUUID()),
  roles: [role],
  register: registerEntrySchema.parse({
    officer: 'C700001',
    unit: `${borough}-cid`,
    borough,
    vetting: [{ level: 'MV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
    assignments: [],
  }),
})
const visitorOf = (principal: Principal) => ({ principal, clientAddress: null })
const MANAGER = person('EvidenceManager')
const SHA256 = 'a'.repeat(64)

/** A recording of last summer that is no evidence, with bytes everywhere they can lie. */
async function recording(overrides: Partial<Footage> = {}): Promise<Footage> {
  const original = {
    blob: 'b',
    etag: '"1"',
    versionId: null,
    size: 3,
    sha256: SHA256,
    sha256Declared: true,
    landedEtag: '"1"',
    securedAt: new Date(START).toISOString(),
  }
  const one = footageRecordedAt('2026-06-01T00:00:00.000Z', {
    state: 'ready',
    unit: `unit-${crypto.randomUUID()}`,
    references: [{ type: 'incident', value: '4417' }],
    parts: [part('recording', { state: 'secured', original })],
    renditions: [{ kind: 'copy', state: 'ready', chunks: 1, finished: 1 }],
    poster: { blob: 'p', sha256: SHA256, width: 1, height: 1, atSeconds: 0 },
    ...overrides,
  })
  await services.catalogue.add(one)
  for (const container of FOOTAGE_CONTAINERS) {
    for (const name of ['recording', 'deep/er', 'metadata.json']) {
      const blob = storage.clients.container(container).getBlockBlobClient(`${one.id}/${name}`)
      await blob.upload('x', 1)
    }
  }
  await services.renditionRows.noteProgress(one.id, 0, ['copy'])(1)
  await services.renditionRows.publish(one.id, 'copy', {
    schemaVersion: 1,
    chunk: 0,
    blob: 'c',
    manifest: 'm',
    output: {} as never,
  })
  return one
}
const request = async (id: FootageId, principal = MANAGER) => ({
  visitor: visitorOf(principal),
  id,
  ifMatch: footageEtag(await services.catalogue.get(id)),
  reason: 'its time is over',
})
const order = async (id: FootageId, rule: Parameters<typeof orderDisposal>[2] = 'non-evidential') =>
  orderDisposal(services, await request(id), rule)
const later = (days: number) => {
  time += days * DAY_MS
}
const actionsOf = async (id: FootageId) =>
  (await services.audit.read(id)).map(({ action }) => action)

/** Everything that storage still has of a recording but its audit trail. */
async function traces({ id, unit }: Footage): Promise<string[]> {
  const found: string[] = []
  for (const container of FOOTAGE_CONTAINERS) {
    const blobs = storage.clients.container(container).listBlobsFlat({ prefix: `${id}/` })
    for await (const { name } of blobs) found.push(`${container}/${name.replace(id, '{id}')}`)
  }
  for (const table of ['footage', 'footageIndex'] as const) {
    for await (const row of storage.clients.table(table).listEntities()) {
      const { partitionKey = '', rowKey = '' } = row
      const isOf = partitionKey === id || rowKey.includes(id) || partitionKey.includes(unit)
      if (isOf) found.push(`${table}/${partitionKey.replace(id, '{id}')}/${rowKey.replace(id, '')}`)
    }
  }
  return found
}
const REMAINS = ['originals/{id}/metadata.json', 'footage/{id}/footage']

describe('a disposal', () => {
  it('leaves nothing but what the recording was, and its trail', async () => {
    const one = await recording()
    const { disposal } = await order(one.id)
    expect(disposal).toMatchObject({
      rule: 'non-evidential',
      since: '2026-07-02T00:00:00.000Z',
      by: MANAGER.oid,
    })
    await carryOutDisposal(services, one.id)
    expect((await services.catalogue.get(one.id)).state).toBe('ready')
    later(7)
    told.length = 0
    await carryOutDisposal(services, one.id)
    expect(await traces(one)).toEqual(REMAINS)
    const truth = await services.catalogue.get(one.id)
    expect(truth).toMatchObject({
      state: 'disposed',
      renditions: [],
      disposal: {
        rule: 'non-evidential',
        by: MANAGER.oid,
        begunAt: new Date(time).toISOString(),
        erased: [{ part: 'recording', sha256: SHA256, size: 3 }],
      },
    })
    expect(truth).not.toHaveProperty('poster')
    expect(told).toEqual([`Bluelamp.FootageDisposed ${one.id}`])
    const trail = await services.audit.read(one.id)
    expect(verifyChain(await services.audit.links(one.id))).toMatchObject({ whole: true })
    expect(trail.map(({ action, processing }) => [action, processing])).toEqual([
      ['disposal-ordered', null],
      ['disposal-begun', null],
      ['footage-disposed', 'erasure'],
    ])
    expect(trail.at(-1)?.detail).toMatchObject({
      rule: 'non-evidential',
      by: MANAGER.oid,
      'sha256 of recording': SHA256,
    })
  })

  it('is gone for those who could have listed it, and nowhere for the others', async () => {
    const one = await recording()
    await order(one.id)
    later(7)
    await carryOutDisposal(services, one.id)
    for (const action of ACTIONS) {
      const trying = (principal: Principal) =>
        admit(services, visitorOf(principal), action, one.id).then(
          () => 'admitted',
          (error: { code: string; facts: object }) => [error.code, error.facts],
        )
      const auditing = action === 'read-audit' || action === 'verify'
      const gone = [
        'gone',
        { rule: 'non-evidential', disposedAt: expect.stringContaining('2026-') },
      ]
      expect(await trying(person('Investigator')), action).toEqual(gone)
      expect(await trying(MANAGER), action).toEqual(action === 'verify' ? 'admitted' : gone)
      expect(await trying(person('Auditor'))).toEqual(auditing ? 'admitted' : ['not-found', {}])
      expect(await trying(person('Investigator', 'hackney'))).toEqual(['not-found', {}])
      expect(await trying(person('Administrator'))).toEqual(['not-found', {}])
    }
  })

  it('takes packages along, those in the making too: no copy outlives it, their record does', async () => {
    const one = await recording()
    const wanted = packageRequestSchema.parse({
      reason: 'file for the court',
      recipients: [
        { name: 'R. Osei', organisation: 'CPS', capacity: 'prosecution', contact: '020 7946 0001' },
      ],
    })
    const visitor = visitorOf(MANAGER)
    const ask = () => requestPackage(services, visitor, one.id, wanted)
    const [made, inHand] = [await ask(), await ask()]
    const { id } = one
    await services.packageRows.change(id, made.package, () => ({
      state: 'ready',
      made: { size: 1, sha256: SHA256, etag: '"1"', at: new Date(time).toISOString() },
    }))
    const container = storage.clients.container('packages')
    await container.getBlockBlobClient(packageBlobName(id, made.package)).upload('x', 1)
    await releasePackage(services, visitor, id, made.package)
    await order(id)
    later(7)
    await carryOutDisposal(services, id)
    const release = releasePackage(services, visitor, id, made.package)
    await expect(release).rejects.toMatchObject({ code: 'gone' })
    const message = { footageId: id, package: inHand.package }
    await makePackage(services, message, new AbortController().signal)
    expect(await Array.fromAsync(container.listBlobsFlat({ prefix: `${id}/` }))).toEqual([])
    expect(await services.packageRows.list(id)).toMatchObject(
      [made, inHand].map(({ package: key }) => ({
        package: key,
        state: 'withdrawn',
        recipients: wanted.recipients,
      })),
    )
    const removed = (await services.audit.read(id)).filter(
      ({ action }) => action === 'package-removed',
    )
    expect(removed.map(({ detail }) => detail.package).toSorted()).toEqual(
      [made.package, inHand.package].toSorted(),
    )
  })

  it('can be called off until it begins', async () => {
    const one = await recording()
    await order(one.id)
    const callOff = await request(one.id)
    await changeFootage(services, callOff, 'dispose', planCallOff)
    later(8)
    await carryOutDisposal(services, one.id)
    expect((await services.catalogue.get(one.id)).state).toBe('ready')
    expect(await actionsOf(one.id)).toEqual(['disposal-ordered', 'disposal-called-off'])
    await order(one.id)
    later(7)
    await carryOutDisposal(services, one.id)
    await expect(
      request(one.id).then((again) => changeFootage(services, again, 'dispose', planCallOff)),
    ).rejects.toMatchObject({ code: 'gone' })
  })

  it('is called off by a hold, and by whatever else keeps it by then', async () => {
    const [held, linked] = [await recording(), await recording()]
    await order(held.id)
    await changeFootage(services, await request(held.id), 'hold', (footage, author) =>
      planHold(footage, 'iopc-2026-114', author),
    )
    await order(linked.id)
    await services.catalogue.change(linked.id, () => ({
      references: [{ type: 'crime', value: '2412345/26' }],
    }))
    later(7)
    for (const { id } of [held, linked]) {
      await carryOutDisposal(services, id)
      expect(await services.catalogue.get(id)).toMatchObject({ state: 'ready' })
      expect(await services.catalogue.get(id)).not.toHaveProperty('disposal')
      expect(await actionsOf(id)).toContain('disposal-called-off')
    }
  })

  it.each([
    [
      'a hold',
      { holds: [{ name: 'iopc', reason: 'x', by: MANAGER.oid, at: '2026-01-01T00:00:00Z' }] },
      { because: 'held', by: ['iopc'] },
    ],
    ['its category', { category: 'evidential' }, { because: 'not-reviewed' }],
    [
      'its group',
      { retentionGroup: 'group-2' },
      { because: 'other-rule', rule: 'group-2', from: '2036-06-01T00:00:00.000Z' },
    ],
    ['work on it', { state: 'rendering' }, { because: 'unsettled' }],
  ] as [string, Partial<Footage>, object][])(
    'is refused for %s, which is named',
    async (_, overrides, facts) => {
      const one = await recording(overrides)
      await expect(order(one.id)).rejects.toMatchObject({ code: 'conflict', facts })
      expect(await actionsOf(one.id)).toEqual([])
    },
  )

  it('is refused while storage keeps the original immutable', async () => {
    const one = await recording()
    const until = '2030-01-01T00:00:00.000Z'
    const locked = {
      ...services,
      erasure: { ...services.erasure, retainedUntil: async () => until },
    }
    await expect(
      orderDisposal(locked, await request(one.id), 'non-evidential'),
    ).rejects.toMatchObject({ code: 'conflict', facts: { because: 'immutable', from: until } })
    await order(one.id)
    later(7)
    await carryOutDisposal(locked, one.id)
    expect((await services.catalogue.get(one.id)).state).toBe('ready')
    expect((await actionsOf(one.id)).at(-1)).toBe('disposal-called-off')
  })

  it('is driven when it is due, and driven again when its worker was killed', async () => {
    const [due, early] = [await recording(), await recording()]
    await order(due.id)
    later(7)
    await order(early.id)
    sent.length = 0
    await driveDisposal(services)
    expect(sent).toContain(`dispose-footage ${due.id}`)
    expect(sent).not.toContain(`dispose-footage ${early.id}`)
    const dying = {
      ...services,
      erasure: { ...services.erasure, erase: () => Promise.reject(new Error('killed')) },
    }
    await expect(carryOutDisposal(dying, due.id)).rejects.toThrow('killed')
    later(1)
    sent.length = 0
    await sweep(services, 60_000)
    expect(sent).toContain(`dispose-footage ${due.id}`)
  })
})

/** Every step of carrying a disposal out, by what it calls. */
const STEPS = [
  ['audit', 'appendOnce'],
  ['catalogue', 'change'],
  ['index', 'removePaths'],
  ['erasure', 'erase'],
  ['renditionRows', 'clear'],
  ['securingProgress', 'clear'],
  ['originals', 'putMetadata'],
  ['events', 'publish'],
] as const

describe.each(STEPS)('a worker that is killed at %s.%s', (service, method) => {
  it.each(['before', 'after'] as const)('%s it leaves what the next one finishes', async (when) => {
    const one = await recording()
    await order(one.id)
    later(7)
    // Each time one call further, until it gets through.
    for (let calls = 1; ; calls += 1) {
      let left = calls
      const real = services[service] as unknown as Record<string, (...all: unknown[]) => unknown>
      const dying = {
        ...services,
        [service]: {
          ...real,
          [method]: async (...all: unknown[]) => {
            left -= 1
            if (left === 0 && when === 'before') throw new Error('killed')
            const result = await real[method]?.(...all)
            if (left === 0) throw new Error('killed')
            return result
          },
        },
      } as Services
      const killed = await carryOutDisposal(dying, one.id).then(
        () => false,
        () => true,
      )
      if (!killed) break
    }
    await carryOutDisposal(services, one.id)
    expect(await traces(one)).toEqual(REMAINS)
    expect(await services.catalogue.get(one.id)).toMatchObject({ state: 'disposed' })
    expect(await actionsOf(one.id)).toEqual([
      'disposal-ordered',
      'disposal-begun',
      'footage-disposed',
    ])
    const list = await Array.fromAsync(
      services.index.read({ by: 'state', state: 'disposing' }, EVER),
    )
    expect(list.map(({ summary }) => summary.id)).not.toContain(one.id)
  })
})
