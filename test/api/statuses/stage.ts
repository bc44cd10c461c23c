import { expect, vi } from 'vitest'
import { DOCK, type Opened, send, uploadRequest } from '../../functions/local-app.ts'
import { openScene, PIPELINE_LIMIT_MS, type Scene, STREET, securedId } from '../../scene.ts'
import { type DescribedApi, describedApi, type Input, type Reply } from '../described-api.ts'
import { CASE } from './inputs.ts'

/** The system that all stories of this folder are told of, and its API as its document says. */
export type Stage = AsyncDisposable & { scene: Scene; api: DescribedApi }

let opened: Stage | null = null

export function stage(): Stage {
  if (opened) return opened
  throw new Error('The stage is not open yet.')
}

/** A recording that is ready to be played, and ones that are announced, quarantined and disposed of. */
export const recordings = { ready: '', announced: '', quarantined: '', disposed: '' }

/** Every status that was seen, and what was sent when an operation did what it is for. */
export const seen = new Set<string>()
export const succeeded = new Map<string, Input>()

/** Starts the system, and brings recordings to where the stories begin. */
export async function openStage(): Promise<Stage> {
  const scene = await openScene({
    settings: {
      PROXY_POLICY: 'on-view',
      DISPOSAL_GRACE_HOURS: '0',
      DISPOSAL_SCHEDULE: '0 0 0 1 1 *',
      SWEEP_SCHEDULE: '0 0 0 1 1 *',
    },
  })
  const api = await describedApi(`${scene.system.api}/openapi.json`)
  opened = { scene, api, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() }
  recordings.ready = securedId(
    await scene.dock({
      file: STREET,
      sequence: 11,
      references: [{ type: 'case-urn', value: CASE }],
    }),
  )
  recordings.announced = (await announce()).id
  const wrong = await announce({}, 'abc')
  recordings.quarantined = wrong.id
  await send(wrong, 'recording', 'abd')
  const old = await announce({}, 'old')
  recordings.disposed = old.id
  await send(old, 'recording', 'old')
  await mayWipe(old.id)
  await scene.until(old.id, 'unplayable')
  await vi.waitFor(
    async () =>
      expect(
        (await sees('uploadStatus', 200, DOCK, { params: { id: wrong.id } })).json(),
      ).toMatchObject({ sendAgain: ['recording'] }),
    { timeout: PIPELINE_LIMIT_MS, interval: 100 },
  )
  await scene.until(recordings.ready, 'ready')
  return opened
}

export const tokenOf = async (who: string | null): Promise<string | null> =>
  who && (await stage().scene.system.issuer.tokenFor(who))

/** Calls an operation as a person or dock, and expects that answer. */
export async function sees(
  operation: string,
  status: number,
  who: string | null,
  input: Input = {},
): Promise<Reply> {
  const reply = await stage().api.call(operation, input, await tokenOf(who))
  expect(reply.status, `${operation}: ${reply.text.slice(0, 300)}`).toBe(status)
  expectSecured(reply)
  seen.add(`${operation} ${status}`)
  if (status < 400) succeeded.set(operation, input)
  return reply
}

/** Announces an upload of these bytes. */
export const announce = async (overrides: object = {}, bytes = 'x'): Promise<Opened> => {
  const request = uploadRequest(bytes, overrides)
  return (await sees('openUpload', 201, DOCK, { body: request })).json() as Opened
}

/** Waits until a recording is secured. */
export const mayWipe = (id: string) =>
  vi.waitFor(
    async () =>
      expect((await sees('uploadStatus', 200, DOCK, { params: { id } })).json()).toMatchObject({
        mayWipe: true,
      }),
    { timeout: PIPELINE_LIMIT_MS, interval: 100 },
  )

/** What every answer says to browsers, whatever came of the call. */
function expectSecured({ headers }: Reply): void {
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.get('cross-origin-resource-policy')).toMatch(/^(same|cross)-origin$/)
}
