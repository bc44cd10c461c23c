import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FootageId } from '../../../shared/footage/ids.ts'
import { approveBreakGlass } from '../../../shared/manage/approve-break-glass.ts'
import { after, BREAK_GLASS_LIFE_MS, partyOf } from '../../../shared/manage/break-glass-rules.ts'
import { reviewBreakGlass } from '../../../shared/manage/review-break-glass.ts'
import type { BreakGlassRequest } from '../../../shared/records/break-glass.ts'
import type { Services } from '../../../shared/services.ts'
import { overtaken } from '../overtaken.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { openStage } from '../viewing/stage.ts'

let storage: TestStorage
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const NOT_JUSTIFIED = { outcome: 'not-justified', note: 'nobody was missing' } as const
const ENDED = { code: 'playback-ended', message: expect.stringContaining('in an emergency') }

/** Someone whom a request has opened a recording to, who approved it, and who is to review it. */
async function opened() {
  const stage = await openStage({ FootageStorage: storage.azurite.connectionString })
  const { services, clock } = stage
  const id = await stage.recording(1)
  const [asking, approving, reviewing] = [
    await stage.person('Investigator'),
    await stage.person('Supervisor'),
    await stage.person('Supervisor'),
  ]
  const now = new Date(clock.now)
  const request: BreakGlassRequest = {
    schemaVersion: 1,
    request: v7(),
    footageId: id,
    requester: partyOf(asking),
    reason: 'missing child',
    askedAt: now.toISOString(),
    approveBefore: after(now, 60_000),
  }
  await services.breakGlass.add(request)
  await services.breakGlass.addPending(request)
  const approve = (over: Services = services) =>
    approveBreakGlass(over, approving, id, request.request)
  const review = (over: Services = services) =>
    reviewBreakGlass(over, reviewing, request.request, NOT_JUSTIFIED)
  const play = () => stage.open(asking, id)
  return { ...stage, id, request, approve, review, play }
}
const grantsOf = async ({ catalogue }: Services, id: FootageId) => (await catalogue.get(id)).grants
const endsOf = (trail: { action: string; detail: object }[]) =>
  trail.flatMap(({ action, detail }) =>
    action === 'break-glass-ended' || action === 'playback-closed' ? [{ action, ...detail }] : [],
  )

it('ends what is being viewed with the access, and tells the player why', async () => {
  const { services, id, approve, review, play, trail } = await opened()
  await approve()
  const [player, other] = [await play(), await play()]
  await player.ask('copy-0000.mp4')
  await review()
  for (const one of [player, other])
    await expect(one.ask('master.m3u8')).rejects.toMatchObject(ENDED)
  expect(await grantsOf(services, id)).toEqual([])
  expect(endsOf(await trail(id))).toMatchObject([
    { action: 'break-glass-ended', because: 'not-justified' },
    { action: 'playback-closed', because: 'access-ended' },
    { action: 'playback-closed', because: 'access-ended' },
  ])
})

it('finishes an end that was cut off when the same is found again, and says so once', async () => {
  const { services, id, approve, review, play, trail } = await opened()
  await approve()
  const player = await play()
  const cutOff: Services = {
    ...services,
    catalogue: {
      ...services.catalogue,
      change: () => Promise.reject(new Error('storage is gone')),
    },
  }
  await expect(review(cutOff)).rejects.toThrow('storage is gone')
  expect(await grantsOf(services, id)).toHaveLength(1)
  await review()
  expect(await grantsOf(services, id)).toEqual([])
  await expect(player.ask('master.m3u8')).rejects.toMatchObject(ENDED)
  expect(endsOf(await trail(id))).toHaveLength(2)
  await expect(review()).rejects.toMatchObject({ code: 'not-found' })
})

it('takes back what an approval gives only after it was ended', async () => {
  const { services, id, approve, review } = await opened()
  const late = overtaken(services, review)
  await expect(approve(late)).rejects.toMatchObject({ code: 'conflict' })
  expect(await grantsOf(services, id)).toEqual([])
})

it('ends nothing that is over by itself', async () => {
  const { clock, id, approve, review, trail } = await opened()
  await approve()
  clock.now += BREAK_GLASS_LIFE_MS
  await review()
  expect(endsOf(await trail(id))).toEqual([])
})
