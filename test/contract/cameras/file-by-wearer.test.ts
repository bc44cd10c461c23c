import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fileByWearer } from '../../../shared/cameras/file-by-wearer.ts'
import { unassignedFootage } from '../../../shared/cameras/unassigned.ts'
import { officerSchema, oidSchema } from '../../../shared/clearance/person.ts'
import type { Services } from '../../../shared/services.ts'
import { footageRecordedAt } from '../../unit/footage-fixture.ts'
import { composedServices } from '../composed-services.ts'
import { overtaken } from '../overtaken.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const BY = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06')
const WEARER = officerSchema.parse('P240917')

let storage: TestStorage
let services: Services
beforeAll(async () => {
  storage = await startStorage()
  services = composedServices(storage, () => NOW).services
})
afterAll(() => storage?.[Symbol.asyncDispose]())

/** A recording of a camera that was issued by now, but which nobody has filed by that. */
async function leftBehind() {
  const serial = `VB-${randomUUID()}`
  const one = footageRecordedAt('2026-11-20T10:00:00.000Z', {
    camera: { serial, firmware: '1.0' },
    cameraUnassigned: true,
  })
  await services.catalogue.add(one)
  const issue = { from: '2026-11-01T00:00:00.000Z', to: null, officer: WEARER, by: BY }
  const entry = { issues: [{ ...issue, at: NOW.toISOString() }] }
  await services.cameras.put(serial, entry, null, { by: BY, cause: 'issued' })
  return one
}
const corrections = async (id: Parameters<Services['audit']['read']>[0]) =>
  (await services.audit.read(id)).map(({ action, actor, detail }) => ({ action, actor, detail }))

it('catches up where whoever entered an issue was cut off', async () => {
  const { id, officer, camera } = await leftBehind()
  const list = async () => (await unassignedFootage(services)).map(({ footageId }) => footageId)
  expect(await list()).not.toContain(id)
  expect(await services.catalogue.get(id)).toMatchObject({
    officer: WEARER,
    cameraUnassigned: false,
  })
  const detail = { field: 'officer', from: officer, to: WEARER, camera: camera.serial }
  const entry = { action: 'metadata-corrected', actor: BY, detail }
  expect(await corrections(id)).toEqual([entry])
  await list()
  expect(await corrections(id)).toEqual([entry])
})

it('begins again when another change comes in between, and says so in the trail', async () => {
  const { id } = await leftBehind()
  const late = overtaken(services, () =>
    services.catalogue.change(id, () => ({ marking: 'OFFICIAL' })),
  )
  await fileByWearer(late, id, { by: BY, clientAddress: null })
  expect(await services.catalogue.get(id)).toMatchObject({ officer: WEARER, marking: 'OFFICIAL' })
  expect((await corrections(id)).map(({ action }) => action)).toEqual([
    'metadata-corrected',
    'change-abandoned',
    'metadata-corrected',
  ])
})
