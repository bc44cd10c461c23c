import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openScene, type Reply, type Scene } from '../scene.ts'
import {
  ADMINISTRATOR,
  AUDITOR,
  DOCK,
  INVESTIGATOR,
  MANAGER,
  type Opened,
  OTHER_BOROUGH,
  send,
  UNVETTED,
  uploadRequest,
} from './local-app.ts'

const reason = 'kept for as long as the policy says'

let scene: Scene
beforeAll(async () => {
  // What is ordered can be called off until the timer runs, when a test says so.
  const settings = { DISPOSAL_GRACE_HOURS: '0', DISPOSAL_SCHEDULE: '0 0 0 1 1 *' }
  scene = await openScene({ settings })
})
afterAll(() => scene?.[Symbol.asyncDispose]())

/** A recording that is at rest, though nothing plays it, and was made in January. */
async function recording(): Promise<string> {
  const opened = (await scene.as(DOCK, 'POST', '/uploads', uploadRequest('x'))).json() as Opened
  await send(opened, 'recording', 'x')
  await scene.until(opened.id, 'unplayable')
  await change(MANAGER, 'PATCH', `/footage/${opened.id}`, {
    reason,
    recordedAt: '2026-01-05T09:30:00Z',
  })
  return opened.id
}
const view = async (id: string) => scene.as(MANAGER, 'GET', `/footage/${id}/management`)
const change = async (who: string, method: string, path: string, body: object): Promise<Reply> => {
  const etag = (await view(path.split('/')[2] ?? '')).headers.get('etag') ?? ''
  return scene.as(who, method, path, body, { 'if-match': etag })
}
const rule = 'non-evidential'

describe('disposing of a recording', () => {
  it('takes it from everyone, says so to those who could list it, and keeps its trail', async () => {
    const id = await recording()
    expect((await view(id)).json()).toMatchObject({
      retention: { rule, from: '2026-02-05T09:30:00.000Z' },
    })
    const ordered = await change(MANAGER, 'PUT', `/footage/${id}/disposal`, { reason, rule })
    expect(ordered.status).toBe(202)
    expect(ordered.json()).toMatchObject({ id, disposal: { rule, reason } })
    expect((await scene.as(INVESTIGATOR, 'GET', `/footage/${id}`)).status).toBe(200)

    await scene.system.host?.runTimer('driveDisposal')
    await vi.waitFor(async () => expect((await view(id)).status).toBe(410), { timeout: 15_000 })
    const routes: [string, string, object?][] = [
      ['GET', ''],
      ['GET', '/progress'],
      ['GET', '/events'],
      ['GET', '/poster'],
      ['GET', '/provenance'],
      ['POST', '/playback', { reason }],
      ['POST', '/original', { reason }],
      ['POST', '/break-glass', { reason }],
    ]
    for (const [method, path, body] of routes) {
      const at = `/footage/${id}${path}`
      const gone = await scene.as(INVESTIGATOR, method, at, body)
      expect(gone.status, path).toBe(410)
      expect(gone.json()).toMatchObject({
        type: 'urn:bluelamp:problem:gone',
        rule,
        disposedAt: expect.stringMatching(/^20/),
      })
      for (const who of [OTHER_BOROUGH, UNVETTED, ADMINISTRATOR]) {
        const nothing = await scene.as(who, method, at, body)
        // Whoever may ask in an emergency is answered as if there were something to open.
        const hollow = who === OTHER_BOROUGH && path === '/break-glass'
        expect(nothing.status, `${who} ${path}`).toBe(hollow ? 202 : 404)
        expect(nothing.text).not.toContain(rule)
      }
    }
    const found = await scene.as(INVESTIGATOR, 'GET', '/footage?borough=camden&from=2026-01-01')
    expect(found.text).not.toContain(id)
    const trail = await scene.as(AUDITOR, 'GET', `/footage/${id}/audit`)
    expect(trail.status).toBe(200)
    expect(trail.text).toContain('"footage-disposed"')
    const verdict = await scene.as(AUDITOR, 'GET', `/footage/${id}/audit/verify`)
    expect(verdict.json()).toMatchObject({ whole: true })
    await vi.waitFor(() =>
      expect(scene.system.eventGrid.recentEvents()).toContainEqual(
        expect.objectContaining({
          eventType: 'Bluelamp.FootageDisposed',
          subject: `footage/${id}`,
        }),
      ),
    )
    // The camera may still be wiped, and nothing is asked of it again.
    const status = await scene.as(DOCK, 'GET', `/uploads/${id}`)
    expect(status.json()).toMatchObject({ state: 'disposed', mayWipe: true })
  })

  it('is for evidence managers, with a rule that lets it go, and stands back for a hold', async () => {
    const id = await recording()
    const at = `/footage/${id}/disposal`
    for (const who of [INVESTIGATOR, AUDITOR, ADMINISTRATOR]) {
      expect((await change(who, 'PUT', at, { reason, rule })).status, who).toBe(404)
    }
    expect((await change(MANAGER, 'PUT', at, { reason })).status).toBe(400)
    expect((await change(MANAGER, 'PUT', at, { rule })).status).toBe(400)
    const other = await change(MANAGER, 'PUT', at, { reason, rule: 'group-2' })
    expect(other.json()).toMatchObject({ status: 409, because: 'other-rule', rule })
    await change(MANAGER, 'PATCH', `/footage/${id}`, { reason, retentionGroup: 'group-3' })
    const early = await change(MANAGER, 'PUT', at, { reason, rule: 'group-3' })
    const from = '2032-01-05T09:30:00.000Z'
    expect(early.json()).toMatchObject({ status: 409, because: 'not-due', from })
    await change(MANAGER, 'PATCH', `/footage/${id}`, { reason, retentionGroup: null })

    expect((await change(MANAGER, 'PUT', at, { reason, rule })).status).toBe(202)
    await change(MANAGER, 'PUT', `/footage/${id}/holds/iopc-2026-114`, { reason })
    const held = await change(MANAGER, 'PUT', at, { reason, rule: 'erasure-order' })
    expect(held.json()).toMatchObject({ status: 409, because: 'held', by: ['iopc-2026-114'] })
    expect((await change(MANAGER, 'DELETE', at, { reason })).status).toBe(404)
    await change(MANAGER, 'DELETE', `/footage/${id}/holds/iopc-2026-114`, { reason })
    expect((await change(MANAGER, 'PUT', at, { reason, rule: 'erasure-order' })).status).toBe(202)
    expect((await change(MANAGER, 'DELETE', at, { reason })).status).toBe(200)
    await scene.system.host?.runTimer('driveDisposal')
    expect((await view(id)).json()).not.toHaveProperty('disposal')
  })
})
