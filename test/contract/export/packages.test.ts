import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { oidSchema, type Principal, registerEntrySchema } from '../../../shared/clearance/person.ts'
import { readConfig } from '../../../shared/config.ts'
import { cancelPackage } from '../../../shared/export/end-package.ts'
import { makePackage } from '../../../shared/export/make-package.ts'
import { releasePackage } from '../../../shared/export/release-package.ts'
import { packageRequestSchema, requestPackage } from '../../../shared/export/request-package.ts'
import { sweepPackages } from '../../../shared/export/sweep-packages.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import type { EvidencePackage } from '../../../shared/records/evidence-package.ts'
import { alertIfIsolated } from '../../../shared/render/isolate.ts'
import { composeServices, type Services } from '../../../shared/services.ts'
import { abandonWork } from '../../../shared/work/abandon-work.ts'
import { readZip } from '../../unit/export/read-zip.ts'
import { footage, part } from '../../unit/footage-fixture.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const MIB = 1024 * 1024
const DAY_MS = 86_400_000
/** Less than a block, and no whole number of anything. */
const PART_BYTES = 5 * MIB + 7
const NEVER = new AbortController().signal
/** How far the clock of the app is ahead: storage checks a SAS by its own. */
let ahead = 0

let storage: TestStorage
let services: Services
/** Messages that wait on the queue. */
let waiting: { footageId: Footage['id']; package: EvidencePackage['package'] }[] = []
beforeAll(async () => {
  storage = await startStorage()
  const config = readConfig({
    FootageStorage: storage.azurite.connectionString,
    AUTH_ISSUER: 'https://login.example/v2.0',
    AUTH_AUDIENCE: 'api://bluelamp',
    AUTH_TENANT_ID: '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21',
    AUTH_JWKS_URI: 'https://login.example/keys',
    SIGNING_KEY: Buffer.alloc(32, 1).toString('base64'),
  })
  services = {
    ...composeServices(config, () => new Date(Date.now() + ahead)),
    log: { info() {}, warn() {}, error() {} } as Services['log'],
    events: { publish: async () => {} },
    queues: {
      send: async (_queue, message) => void waiting.push(message as never),
      async *poisoned() {},
    },
  }
})
afterAll(() => storage?.[Symbol.asyncDispose]())
beforeEach(() => {
  waiting = []
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let investigators = 0

/** Somebody who may take the originals of Camden, on the register. */
async function investigator(): Promise<Principal> {
  const oid = oidSchema.parse(crypto.randomUUID())
  const register = registerEntrySchema.parse({
    officer: `C${700_001 + investigators++}`,
    unit: 'camden-cid',
    borough: 'camden',
    vetting: [{ level: 'MV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
    assignments: [],
  })
  await services.people.put(oid, register, null, { by: oid, cause: 'entered' })
  return { oid, roles: ['Investigator'], register }
}

/** A recording at rest with a sidecar. */
async function recording(bytes: Buffer, sha = sha256(bytes)): Promise<Footage> {
  const one = footage({ state: 'secured' })
  const parts = []
  for (const [name, content] of [
    ['recording', bytes],
    ['gps-track', Buffer.from('51.5,-0.1')],
  ] as const) {
    const blob = `${one.id}/${name}`
    const client = storage.clients.container('originals').getBlockBlobClient(blob)
    const { etag = '' } = await client.uploadData(content)
    const original = {
      blob,
      etag,
      versionId: null,
      size: content.length,
      sha256: name === 'recording' ? sha : sha256(content),
      sha256Declared: true,
      landedEtag: etag,
      securedAt: new Date().toISOString(),
    }
    parts.push(part(name, { state: 'secured', original }))
  }
  const secured = { ...one, parts }
  await services.catalogue.add(secured)
  return secured
}

const REQUEST = packageRequestSchema.parse({
  reason: 'file for the Crown Court',
  recipients: [
    { name: 'R. Osei', organisation: 'CPS', capacity: 'prosecution', contact: '020 7946 0001' },
  ],
})

/** A package that was asked for, by whom, of what. */
async function asked(bytes: Buffer = randomBytes(2000), sha?: string) {
  const one = await recording(bytes, sha)
  const principal = await investigator()
  const visitor = { principal, clientAddress: null }
  const row = await requestPackage(services, visitor, one.id, REQUEST)
  return { one, visitor, row, bytes }
}
type Asked = Awaited<ReturnType<typeof asked>>

/** Works off the queue, each message by so many workers at once. */
async function workOff(copies = 1, partBytes = PART_BYTES): Promise<number> {
  for (let messages = 0; ; messages += 1) {
    const message = waiting.shift()
    if (!message) return messages
    const works = Array.from({ length: copies }, () =>
      makePackage(services, message, NEVER, partBytes),
    )
    await Promise.all(works)
  }
}

const current = async ({ row }: Asked): Promise<EvidencePackage> => {
  const found = await services.packageRows.find(row.footageId, row.package)
  if (!found) throw new Error('The package has no record.')
  return found
}
const kept = async ({ row }: Asked): Promise<string[]> => {
  const prefix = `${row.footageId}/`
  const blobs = storage.clients.container('packages').listBlobsFlat({ prefix })
  return (await Array.fromAsync(blobs)).map(({ name }) => name)
}
const acts = async ({ row }: Asked): Promise<string[]> =>
  (await services.audit.read(row.footageId)).map(({ action }) => action)
const release = ({ row, visitor }: Asked) =>
  releasePackage(services, visitor, row.footageId, row.package)

/** What a finished package holds, once all of it is what its record says. */
async function contentsOf(package_: Asked): Promise<Map<string, Buffer>> {
  const { made } = await current(package_)
  const { url } = await release(package_)
  const archive = Buffer.from(await (await fetch(url)).arrayBuffer())
  expect([archive.length, sha256(archive)]).toEqual([made?.size, made?.sha256])
  return readZip(archive)
}

/** The next worker ends when it has read so many pieces: its process is killed. */
function killNextAfter(pieces: number): void {
  const stage = services.packages.stage.bind(services.packages)
  vi.spyOn(services.packages, 'stage').mockImplementationOnce((id, key, place, bytes, signal) => {
    const cut = async function* () {
      let read = 0
      for await (const piece of bytes) {
        if (read++ === pieces) throw new Error('killed')
        yield piece
      }
    }
    return stage(id, key, place, cut(), signal)
  })
}

describe('a package', () => {
  it('of 50 MB is made in parts, though workers are killed and messages come again', async () => {
    const bytes = randomBytes(50 * MIB)
    const package_ = await asked(bytes)
    const [message] = waiting
    if (!message) throw new Error('Nothing is on the queue.')
    for (const pieces of [0, 3]) {
      killNextAfter(pieces)
      await expect(makePackage(services, message, NEVER, PART_BYTES)).rejects.toThrow('killed')
    }
    await makePackage(services, message, NEVER, PART_BYTES)
    const { state, progress, totalBytes } = await current(package_)
    expect([state, progress?.ends.length]).toEqual(['making', 1])
    expect(totalBytes).toBeGreaterThan(bytes.length)
    killNextAfter(20)
    await expect(makePackage(services, message, NEVER, PART_BYTES)).rejects.toThrow('killed')
    // What was lost with the worker is one part, not what was done before.
    expect((await current(package_)).progress?.ends).toEqual(progress?.ends)
    expect(await workOff()).toBeGreaterThan(9)
    const contents = await contentsOf(package_)
    const original = contents.get(`original/${package_.one.id}.mp4`)
    expect(original?.equals(bytes)).toBe(true)
    expect(contents.get(`sidecars/${package_.one.id}-gps-track.mp4`)).toEqual(
      Buffer.from('51.5,-0.1'),
    )
    // What is staged but not the package's own leaves with the commit.
    const blob = storage.clients
      .container('packages')
      .getBlockBlobClient((await kept(package_))[1] ?? '')
    expect((await blob.getBlockList('uncommitted')).uncommittedBlocks ?? []).toEqual([])
  }, 60_000)

  it('is made once, however many workers are at it at the same time', async () => {
    const package_ = await asked(randomBytes(11 * MIB))
    await workOff(3)
    const contents = await contentsOf(package_)
    expect(contents.get(`original/${package_.one.id}.mp4`)?.equals(package_.bytes)).toBe(true)
    const made = (await acts(package_)).filter((action) => action === 'package-made')
    expect(made).toHaveLength(1)
  }, 60_000)

  it('is put on record by the next worker if one died over that', async () => {
    const package_ = await asked()
    const [message] = waiting
    if (!message) throw new Error('Nothing is on the queue.')
    vi.spyOn(services.packageRows, 'change').mockRejectedValueOnce(new Error('killed'))
    await expect(makePackage(services, message, NEVER)).rejects.toThrow('killed')
    expect((await current(package_)).state).toBe('requested')
    await makePackage(services, message, NEVER)
    expect((await contentsOf(package_)).has('SHA256SUMS')).toBe(true)
  })

  it('is not made of bytes that are not what was secured, and nobody tries again', async () => {
    const package_ = await asked(randomBytes(100), 'a'.repeat(64))
    await workOff()
    const { state, ended } = await current(package_)
    expect(state).toBe('failed')
    expect(ended?.because).toContain('another SHA-256')
    await expect(release(package_)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('that failed five times says so', async () => {
    const package_ = await asked()
    await abandonWork(services, 'make-package', { schemaVersion: 1, ...waiting[0] })
    expect(await current(package_)).toMatchObject({ state: 'failed' })
  })
})

describe('a package is not made, and what was made of it goes', () => {
  it('when its requester loses their clearance between two parts', async () => {
    const package_ = await asked(randomBytes(12 * MIB))
    const [message] = waiting
    if (!message) throw new Error('Nothing is on the queue.')
    await makePackage(services, message, NEVER, PART_BYTES)
    const { oid, register } = package_.visitor.principal
    const before = await services.people.find(oid)
    if (!register || !before) throw new Error('They are not on the register.')
    await services.people.put(oid, { ...register, vetting: [] }, before.etag, {
      by: oid,
      cause: 'entered',
    })
    await workOff()
    expect(await current(package_)).toMatchObject({
      state: 'withdrawn',
      ended: { because: expect.stringContaining('vetting') },
    })
    expect(await kept(package_)).toEqual([])
    expect((await acts(package_)).at(-1)).toBe('package-removed')
  })

  it('when the recording is marked too high to be here', async () => {
    const package_ = await asked()
    await workOff()
    await contentsOf(package_)
    const marked = await services.catalogue.change(package_.one.id, () => ({ marking: 'SECRET' }))
    await expect(release(package_)).rejects.toMatchObject({ code: 'not-found' })
    await alertIfIsolated(services, marked)
    expect((await current(package_)).state).toBe('withdrawn')
    expect(await kept(package_)).toEqual([])
  })

  it('when it is cancelled, even while a worker finishes it', async () => {
    const package_ = await asked()
    const { row, visitor } = package_
    const commit = services.packages.commit.bind(services.packages)
    vi.spyOn(services.packages, 'commit').mockImplementationOnce(async (...rest) => {
      await cancelPackage(services, visitor, row.footageId, row.package, 'asked for by mistake')
      return commit(...rest)
    })
    await workOff()
    expect((await current(package_)).state).toBe('cancelled')
    expect(await kept(package_)).toEqual([])
    await expect(release(package_)).rejects.toMatchObject({ code: 'gone' })
    const other = { principal: await investigator(), clientAddress: null }
    const theirs = cancelPackage(services, other, row.footageId, row.package, 'not mine')
    await expect(theirs).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('when its time is over: nobody gets it, and the sweep removes it, once', async () => {
    const package_ = await asked()
    await workOff()
    await contentsOf(package_)
    ahead = 14 * DAY_MS
    try {
      await expect(release(package_)).rejects.toMatchObject({ code: 'gone' })
      expect(await kept(package_)).toHaveLength(2)
      await sweepPackages(services, DAY_MS)
      expect((await current(package_)).state).toBe('expired')
      expect(await kept(package_)).toEqual([])
      await sweepPackages(services, DAY_MS)
      const removed = (await acts(package_)).filter((action) => action === 'package-removed')
      expect(removed).toHaveLength(1)
    } finally {
      ahead = 0
    }
  })
})

it('is driven again by the sweep when it stands still, and left alone when it does not', async () => {
  const package_ = await asked()
  waiting = []
  await sweepPackages(services, 60_000)
  expect(waiting).toEqual([])
  ahead = 61_000
  try {
    await sweepPackages(services, 60_000)
    const { footageId, package: key } = package_.row
    expect(waiting).toContainEqual({ footageId, package: key })
  } finally {
    ahead = 0
  }
  await workOff()
  expect((await current(package_)).state).toBe('ready')
})

it('is not asked for without end: a recording has a limited number at a time', async () => {
  const { one, visitor } = await asked()
  for (let more = 1; more < 20; more += 1) await requestPackage(services, visitor, one.id, REQUEST)
  const over = requestPackage(services, visitor, one.id, REQUEST)
  await expect(over).rejects.toMatchObject({ code: 'conflict' })
})
