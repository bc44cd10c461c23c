import { expect, it, vi } from 'vitest'
import { INVESTIGATOR, MANAGER } from '../../functions/local-app.ts'
import { PIPELINE_LIMIT_MS } from '../../scene.ts'
import { BODIES, body, DISCLOSURE, REQUESTED_PACKAGE } from './inputs.ts'
import { recordings, sees } from './stage.ts'

/** What is handed on as evidence. */
export function tellOfExport(): void {
  it('to hand on what is evidence', async () => {
    const asked = { params: { id: recordings.ready }, body: BODIES.requestPackage }
    await sees('requestPackage', 409, INVESTIGATOR, {
      ...asked,
      params: { id: recordings.announced },
    })
    const whole = { ...asked, body: { ...REQUESTED_PACKAGE, trail: 'whole' } }
    await sees('requestPackage', 403, INVESTIGATOR, whole)
    const managers = (await sees('requestPackage', 202, MANAGER, whole)).json()
    const theirs = { id: recordings.ready, package: (managers as { package: string }).package }
    await sees('packageContent', 403, INVESTIGATOR, { params: theirs })
    const reply = await sees('requestPackage', 202, INVESTIGATOR, asked)
    const params = { id: recordings.ready, package: (reply.json() as { package: string }).package }
    await sees('packageContent', 409, INVESTIGATOR, { params })
    await sees('listPackages', 200, INVESTIGATOR, { params })
    await vi.waitFor(
      async () =>
        expect((await sees('packageStatus', 200, INVESTIGATOR, { params })).json()).toMatchObject({
          state: 'ready',
        }),
      { timeout: PIPELINE_LIMIT_MS, interval: 200 },
    )
    await sees('packageContent', 302, INVESTIGATOR, { params })
    await sees('cancelPackage', 403, DISCLOSURE, { params, body })
    await sees('cancelPackage', 204, INVESTIGATOR, { params, body })
  })
}
