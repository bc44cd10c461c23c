import { randomUUID } from 'node:crypto'
import { TableClient } from '@azure/data-tables'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuditTrail } from '../../../shared/audit/trail.ts'
import { openPlayback } from '../../../shared/retrieve/open-playback.ts'
import { VIEW_SAS_LIFE_MS } from '../../../shared/retrieve/play.ts'
import { closeByTicket, endViewing } from '../../../shared/viewing/end-viewing.ts'
import { endViewingsOfFootage, endViewingsOfPerson } from '../../../shared/viewing/end-viewings.ts'
import { keepRecord } from '../../../shared/viewing/keep-record.ts'
import { renewViewing } from '../../../shared/viewing/renew-viewing.ts'
import { RECORD_WITHIN_MS, VIEWING_LIFE_MS } from '../../../shared/viewing/viewing.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { MINUTE_MS, openStage, START, type Stage, TOKEN_MS, VETTING } from './stage.ts'

let storage: TestStorage
/** A stage of its own for each test: clocks differ, storage is the same. */
let stage: Stage
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const settings = () => ({ FootageStorage: storage.azurite.connectionString })
const WHY = { reason: 'left the force' }
const ended = (words: string) =>
  expect.objectContaining({ code: 'playback-ended', message: expect.stringContaining(words) })

/** Changes the row of a viewing past everything that guards it. */
async function alter(id: string, viewing: string, forge: (document: string) => string) {
  const table = storage.clients.table('viewings')
  const { document } = await table.getEntity<{ document: string }>(id, viewing)
  const row = { partitionKey: id, rowKey: viewing, document: forge(document) }
  await table.updateEntity(row, 'Replace')
}

/** An investigator who watches a recording of three minutes. */
async function viewer(chunks = 3) {
  stage = await openStage(settings())
  const { services } = stage
  const id = await stage.recording(chunks)
  const visitor = await stage.person('Investigator')
  const player = await stage.open(visitor, id)
  const change = async (status: 'withdrawn' | 'current') => {
    const { oid, register } = visitor.principal
    const etag = (await services.people.find(oid))?.etag ?? null
    const entry = { ...register, vetting: [{ ...VETTING, status }] }
    await services.people.put(oid, entry, etag, { by: oid, cause: 'entered' })
  }
  return { services, id, visitor, player, change, oid: visitor.principal.oid }
}

describe('what was released', () => {
  it('is in the trail as stretches, and all of it when the viewing ends', async () => {
    const { services, id, oid, player } = await viewer(4)
    const { viewing } = player
    await Promise.all(['copy-0000.mp4', 'copy-0001.mp4', 'copy-0000.mp4'].map((f) => player.ask(f)))
    await player.ask('proxy-0003.mp4', '198.51.100.7')
    expect(await stage.trail(id)).toHaveLength(1)

    stage.clock.now += RECORD_WITHIN_MS
    expect(await keepRecord(services)).toMatchObject({ failed: 0 })
    await keepRecord(services)
    await player.ask('copy-0003.mp4')
    await endViewing(services, await visitorOf(oid), id, viewing, {})
    const clientAddresses = '192.0.2.1 198.51.100.7'
    expect(await stage.trail(id)).toEqual([
      { action: 'playback-opened', actor: oid, detail: { viewing } },
      {
        action: 'playback-released',
        actor: oid,
        detail: { viewing, copy: '0-120', proxy: '180-240', clientAddresses },
      },
      {
        action: 'playback-closed',
        actor: oid,
        detail: {
          viewing,
          viewer: oid,
          because: 'closed',
          endedAt: new Date(START + RECORD_WITHIN_MS).toISOString(),
          copy: '0-120 180-240',
          proxy: '180-240',
          clientAddresses,
        },
      },
    ])
  })

  it('is opened for a purpose, which is on record where one was given', async () => {
    const { services, id, visitor } = await viewer()
    const why = { reason: 'for the yearly review', purpose: 'supervision' } as const
    await openPlayback(services, visitor, id, why, 'https://app')
    const entries = await services.audit.read(id)
    expect(entries.map(({ purpose }) => purpose)).toEqual([null, 'supervision'])
    expect(entries[1]).toMatchObject(why)
  })

  it('is recorded by the player that reads on, should no timer run', async () => {
    const { id, player } = await viewer()
    await player.ask('copy-0000.mp4')
    stage.clock.now += RECORD_WITHIN_MS - 1
    await player.ask('copy-0001.mp4')
    expect(await stage.trail(id)).toHaveLength(1)
    stage.clock.now += 1
    await player.ask('copy-0001.mp4')
    expect((await stage.trail(id)).at(-1)).toMatchObject({ detail: { copy: '0-120' } })
  })

  it('is not lost with a player that asks for nothing more', async () => {
    const { services, id, player } = await viewer()
    await player.ask('copy-0001.mp4')
    stage.clock.now += VIEWING_LIFE_MS
    await keepRecord(services)
    expect((await stage.trail(id)).at(-1)).toMatchObject({
      action: 'playback-closed',
      actor: 'service',
      detail: { because: 'expired', copy: '60-120' },
    })
    await expect(player.ask('master.m3u8')).rejects.toEqual(ended('lasted for a shift'))
  })

  it('is in the trail once, should the one who ended the viewing have died', async () => {
    const { services, id, player } = await viewer()
    await player.ask('copy-0000.mp4')
    const dying = {
      ...services,
      audit: { ...services.audit, appendOnce: () => Promise.reject(new Error('died')) },
    }
    const ticket = services.tickets.open(player.ticket)
    await expect(closeByTicket(dying, ticket)).rejects.toThrow('died')
    await expect(player.ask('copy-0001.mp4')).rejects.toEqual(ended('was closed'))
    for (let run = 0; run < 2; run += 1) await keepRecord(services)
    const closed = (await stage.trail(id)).filter(({ action }) => action === 'playback-closed')
    expect(closed).toMatchObject([{ detail: { because: 'closed', copy: '0-60' } }])
  })

  it.each([
    ['altered', 'record-altered', (document: string) => document.replace('"0-60"', '"0-1"')],
    ['carried over from another', 'record-altered', null],
    ['removed', 'record-missing', undefined],
  ] as const)('is said to be lost where the row was %s', async (_, because, forge) => {
    const { services, id, oid, player } = await viewer()
    await player.ask('copy-0000.mp4')
    const table = storage.clients.table('viewings')
    const row = await table.getEntity<{ document: string }>(id, player.viewing)
    if (forge === undefined) await table.deleteEntity(id, player.viewing)
    else {
      const other = await stage.open(await stage.person('Investigator'), id)
      const otherRow = await table.getEntity<{ document: string }>(id, other.viewing)
      const document = forge ? forge(row.document) : otherRow.document
      expect(document).not.toBe(row.document)
      await table.updateEntity({ partitionKey: id, rowKey: player.viewing, document }, 'Replace')
      await expect(player.ask('copy-0000.mp4')).rejects.toMatchObject({ code: 'damaged-record' })
    }
    await keepRecord(services)
    expect((await stage.trail(id)).at(-1)).toEqual({
      action: 'playback-closed',
      actor: 'service',
      detail: { viewing: player.viewing, viewer: oid, because },
    })
    expect(stage.complaints.join()).toContain(because)
    await services.viewings.forget({ oid, footageId: id, viewing: player.viewing })
  })

  it('is not released where that cannot be stored', async () => {
    const { services, id, player } = await viewer()
    const nobody = TableClient.fromConnectionString(
      'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:9/a;',
      'audit',
      { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } },
    )
    await player.ask('copy-0000.mp4')
    stage.clock.now += RECORD_WITHIN_MS
    const { audit } = services
    services.audit = createAuditTrail(nobody, services.now)
    await expect(player.ask('copy-0000.mp4')).rejects.toThrow()
    services.audit = audit
    await player.ask('copy-0000.mp4')
    expect((await stage.trail(id)).at(-1)).toMatchObject({ action: 'playback-released' })
  })
})

/** The same person, from elsewhere. */
const visitorOf = async (oid: string) => {
  const visitor = await stage.person('Investigator')
  const registered = await stage.services.people.find(oid)
  return {
    ...visitor,
    principal: {
      ...visitor.principal,
      oid: oid as typeof visitor.principal.oid,
      register: registered?.entry ?? null,
    },
  }
}

describe('a viewing is ended', () => {
  it('by its viewer, even one who may not view any more', async () => {
    const { services, id, visitor, player, change } = await viewer()
    await change('withdrawn')
    await endViewing(services, visitor, id, player.viewing, {})
    await endViewing(services, visitor, id, player.viewing, {})
    await expect(player.ask('master.m3u8')).rejects.toEqual(ended('was closed'))
  })

  it('by those who give and take access, with a reason', async () => {
    const { services, id, player } = await viewer()
    const supervisor = await stage.person('Supervisor')
    await expect(endViewing(services, supervisor, id, player.viewing, {})).rejects.toMatchObject({
      code: 'invalid-request',
    })
    await player.ask('copy-0000.mp4')
    await endViewing(services, supervisor, id, player.viewing, WHY)
    for (const file of ['master.m3u8', 'copy-0000.mp4', 'storyboard.vtt']) {
      await expect(player.ask(file)).rejects.toEqual(ended('in charge'))
    }
    const entry = (await services.audit.read(id)).at(-1)
    expect(entry).toMatchObject({
      action: 'playback-closed',
      actor: supervisor.principal.oid,
      detail: { because: 'revoked' },
      ...WHY,
    })
  })

  it('by no other, who learns nothing', async () => {
    const { services, id, player } = await viewer()
    const stranger = await stage.person('Investigator')
    const refusals = await Promise.all(
      [player.viewing, randomUUID()].map((viewing) =>
        endViewing(services, stranger, id, viewing, WHY).catch((error: Error) => error.message),
      ),
    )
    expect(refusals[0]).toBe(refusals[1])
    await expect(endViewingsOfFootage(services, stranger, id, WHY)).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(player.ask('master.m3u8')).resolves.toMatchObject({ kind: 'text' })
  })

  it('with all of its recording', async () => {
    const { services, id, player } = await viewer()
    const other = await stage.open(await stage.person('Investigator'), id)
    const elsewhere = await stage.open(await stage.person('Investigator'), await stage.recording(1))
    const manager = await stage.person('EvidenceManager')
    expect(await endViewingsOfFootage(services, manager, id, WHY)).toBe(2)
    expect(await endViewingsOfFootage(services, manager, id, WHY)).toBe(0)
    for (const gone of [player, other]) {
      await expect(gone.ask('copy-0000.mp4')).rejects.toEqual(ended('in charge'))
    }
    await expect(elsewhere.ask('copy-0000.mp4')).resolves.toMatchObject({ kind: 'redirect' })
  })

  it('with all of its viewer', async () => {
    const { services, id, oid, visitor, player } = await viewer()
    const second = await stage.open(visitor, await stage.recording(1))
    const other = await stage.open(await stage.person('Investigator'), id)
    const by = (await stage.person('Supervisor')).principal.oid
    expect(await endViewingsOfPerson(services, by, oid, WHY.reason)).toBe(2)
    expect(await endViewingsOfPerson(services, by, oid, WHY.reason)).toBe(0)
    for (const gone of [player, second]) {
      await expect(gone.ask('copy-0000.mp4')).rejects.toEqual(ended('in charge'))
    }
    await expect(other.ask('copy-0000.mp4')).resolves.toMatchObject({ kind: 'redirect' })
  })

  it.each([
    ['a broken seal', (document: string) => document.replace(/"seal":"\w/, '"seal":"x')],
    ['no JSON', () => 'x'],
  ])('though the row of one has %s: the others end, and the trail says why', async (_, forge) => {
    const { services, id, oid, visitor, player } = await viewer()
    const second = await stage.open(visitor, id)
    const third = await stage.open(visitor, await stage.recording(1))
    const other = await stage.open(await stage.person('Investigator'), id)
    await alter(id, second.viewing, forge)
    const manager = await stage.person('EvidenceManager')
    const by = manager.principal.oid
    expect(await endViewingsOfPerson(services, by, oid, WHY.reason)).toBe(3)
    expect(await endViewingsOfPerson(services, by, oid, WHY.reason)).toBe(0)
    await alter(id, other.viewing, forge)
    expect(await endViewingsOfFootage(services, manager, id, WHY)).toBe(1)
    expect(await endViewingsOfFootage(services, manager, id, WHY)).toBe(0)
    for (const gone of [player, third]) {
      await expect(gone.ask('copy-0000.mp4')).rejects.toEqual(ended('in charge'))
    }
    const lost = (await services.audit.read(id)).filter(
      ({ detail }) => detail.because === 'record-altered',
    )
    expect(lost).toMatchObject(
      [second, other].map(({ viewing }) => ({
        actor: by,
        reason: WHY.reason,
        detail: { viewing },
      })),
    )
    for (const { viewing } of [second, other]) {
      await storage.clients.table('viewings').deleteEntity(id, viewing)
    }
  })

  it('though one of them cannot be ended: the others are, and the caller is told', async () => {
    const { services, id, player } = await viewer()
    const other = await stage.open(await stage.person('Investigator'), id)
    const manager = await stage.person('EvidenceManager')
    let calls = 0
    const viewings: typeof services.viewings = {
      ...services.viewings,
      change: (...args) => {
        calls += 1
        if (calls === 1) throw new Error('Storage is down.')
        return services.viewings.change(...args)
      },
    }
    const ending = endViewingsOfFootage({ ...services, viewings }, manager, id, WHY)
    await expect(ending).rejects.toThrow('Storage is down.')
    const asked = await Promise.allSettled([player, other].map((one) => one.ask('copy-0000.mp4')))
    expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  it('and is told so for a day, then forgotten', async () => {
    const { services, oid, player } = await viewer()
    await endViewingsOfPerson(services, oid, oid, WHY.reason)
    stage.clock.now += VIEWING_LIFE_MS + 23 * 60 * MINUTE_MS
    await keepRecord(services)
    await expect(player.ask('master.m3u8')).rejects.toEqual(ended('in charge'))
    stage.clock.now += 60 * MINUTE_MS
    expect((await keepRecord(services)).forgotten).toBeGreaterThan(0)
    await expect(player.ask('master.m3u8')).rejects.toEqual(ended('long ago'))
  })
})

describe('a viewing is as good as the token that it was opened with', () => {
  const lapsed = expect.objectContaining({ code: 'playback-lapsed' })

  it('and goes on at the same address once it is renewed, for no longer than a shift', async () => {
    const { services, id, visitor, player } = await viewer()
    expect(player.renewBy).toBe(visitor.vouchedUntil)
    expect(Date.parse(player.expiresAt)).toBe(START + VIEWING_LIFE_MS)
    stage.clock.now += TOKEN_MS
    await expect(player.ask('copy-0000.mp4')).rejects.toEqual(lapsed)
    const vouchedUntil = new Date(START + 2 * VIEWING_LIFE_MS).toISOString()
    await renewViewing(services, { ...visitor, vouchedUntil }, id, player.viewing)
    await expect(player.ask('copy-0000.mp4')).resolves.toMatchObject({ kind: 'redirect' })
    stage.clock.now = START + VIEWING_LIFE_MS
    await expect(player.ask('copy-0000.mp4')).rejects.toEqual(ended('lasted for a shift'))
    await expect(renewViewing(services, visitor, id, player.viewing)).rejects.toMatchObject({
      code: 'playback-ended',
    })
  })

  it('so a role that is lost is lost to it', async () => {
    const { services, id, visitor, player } = await viewer()
    const fewer = { ...visitor, principal: { ...visitor.principal, roles: ['Officer' as const] } }
    await expect(renewViewing(services, fewer, id, player.viewing)).rejects.toMatchObject({
      code: 'not-found',
    })
    stage.clock.now += TOKEN_MS
    await expect(player.ask('copy-0000.mp4')).rejects.toEqual(lapsed)
  })

  it('and nobody else renews it', async () => {
    const { services, id, player } = await viewer()
    const other = await stage.person('Investigator')
    await expect(renewViewing(services, other, id, player.viewing)).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('a player is told why nothing more comes', () => {
  it.each([
    ['vetting is withdrawn', 'vetting', 'vetting'],
    ['the marking is raised', 'marking', 'marked higher'],
    ['a restriction is put on it', 'restriction', 'restriction'],
    ['it moves to another borough', 'tie', 'ties you'],
    ['the person leaves the register', 'register', 'register'],
  ])('when %s', async (_, what, words) => {
    const { services, id, oid, player, change } = await viewer()
    await player.ask('copy-0000.mp4')
    if (what === 'vetting') await change('withdrawn')
    if (what === 'marking') await services.catalogue.change(id, () => ({ marking: 'SECRET' }))
    if (what === 'restriction') {
      await services.catalogue.change(id, () => ({ restrictions: ['post-incident-lock'] }))
    }
    if (what === 'tie') {
      await services.catalogue.change(id, () => ({ borough: 'hackney', unit: 'hackney-cid' }))
    }
    if (what === 'register') await storage.clients.table('people').deleteEntity('person', oid)
    for (const file of ['master.m3u8', 'copy.m3u8', 'copy-0000.mp4', 'storyboard.vtt']) {
      await expect(player.ask(file)).rejects.toEqual(
        expect.objectContaining({
          code: 'playback-refused',
          message: expect.stringContaining(words),
        }),
      )
    }
  })
})

describe('a recording that is still coming', () => {
  it('is watched live by those alone who may, and by the others once it is whole', async () => {
    const { services, id, player } = await viewer(4)
    const come = (finished: number) =>
      services.catalogue.change(id, () => ({
        state: finished < 4 ? 'rendering' : 'ready',
        renditions: [
          { kind: 'copy', state: finished < 4 ? 'rendering' : 'ready', chunks: 4, finished },
          { kind: 'proxy', state: 'rendering', chunks: 4, finished: 0 },
        ],
      }))
    const manager = await stage.person('EvidenceManager')
    const before = await stage.open(manager, id)
    await come(2)
    expect(await player.ask('copy-0000.mp4')).toMatchObject({ kind: 'redirect' })
    await expect(stage.open(manager, id)).rejects.toMatchObject({ code: 'not-found' })
    await expect(before.ask('copy-0000.mp4')).rejects.toMatchObject({ code: 'playback-refused' })
    await expect(renewViewing(services, manager, id, before.viewing)).rejects.toMatchObject({
      code: 'not-found',
    })
    await come(4)
    expect(await before.ask('copy-0000.mp4')).toMatchObject({ kind: 'redirect' })
    expect(await stage.open(manager, id)).toMatchObject({ viewing: expect.any(String) })
  })
})

describe('an address in storage', () => {
  it('ends within a minute of the decision', async () => {
    const { player } = await viewer()
    const answer = await player.ask('copy-0000.mp4')
    if (answer.kind !== 'redirect') throw new Error('It is no redirect.')
    const query = new URL(answer.url).searchParams
    expect(Date.parse(query.get('se') ?? '')).toBe(START + VIEW_SAS_LIFE_MS)
    expect(VIEW_SAS_LIFE_MS).toBeLessThan(MINUTE_MS)
    expect(Object.fromEntries(query)).toMatchObject({ sp: 'r', sr: 'b' })
    expect(query.has('st')).toBe(false)
  })
})

it('is listed whole, twelve hours of it in one text, and read once', async () => {
  const { services, id, player } = await viewer(12 * 60)
  const answer = await player.ask('copy.m3u8')
  const text = answer.kind === 'text' ? answer.text : ''
  expect(text.match(/#EXTINF/g)).toHaveLength(12 * 60 * 10)
  expect(text).toContain('#EXT-X-ENDLIST')
  services.renditionRows.list = () => Promise.reject(new Error('read again'))
  expect(await player.ask('copy.m3u8')).toEqual(answer)
  expect(id).toBeTruthy()
}, 60_000)
