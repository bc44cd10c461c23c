import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTopology } from '../../infra/topology.ts'
import { laneQueue, lanesOf, QUEUES } from '../../shared/events/messages.ts'
import { CONTAINERS, TABLES } from '../../shared/storage/clients.ts'
import { type LocalApp, MANAGER, startApp } from './local-app.ts'

let app: LocalApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const topology = readTopology()
const namesOf = (trigger: string): string[] =>
  (app.system.host?.functions ?? [])
    .filter((fn) => fn.trigger === trigger)
    .map(({ name }) => name)
    .toSorted()

/** Every URL there is. The id names nothing, so that all but these three answer 404 at most. */
const ID = '019ab4ea-0000-7000-8000-000000000000'
const ROUTES: [method: string, path: string, name: string][] = [
  ['GET', `footage/${ID}`, 'footageDetail'],
  ['GET', `footage/${ID}/poster`, 'footagePoster'],
  ['GET', `footage/${ID}/progress`, 'footageProgress'],
  ['GET', `footage/${ID}/events`, 'followProgress'],
  ['GET', `footage/${ID}/provenance`, 'footageProvenance'],
  ['GET', `footage/${ID}/management`, 'footageManagement'],
  ['PATCH', `footage/${ID}`, 'amendFootage'],
  ['PUT', `footage/${ID}/references/crime/2412345%2F26`, 'linkReference'],
  ['DELETE', `footage/${ID}/references/crime/2412345%2F26`, 'unlinkReference'],
  ['PUT', `footage/${ID}/grants/${ID}`, 'grantAccess'],
  ['DELETE', `footage/${ID}/grants/${ID}`, 'revokeAccess'],
  ['PUT', `footage/${ID}/holds/iopc-2026-114`, 'holdFootage'],
  ['DELETE', `footage/${ID}/holds/iopc-2026-114`, 'releaseHold'],
  ['PUT', `footage/${ID}/disposal`, 'orderDisposal'],
  ['DELETE', `footage/${ID}/disposal`, 'callOffDisposal'],
  ['PUT', `footage/${ID}/cases/01AB%2F2345%2F26`, 'markForCase'],
  ['POST', `footage/${ID}/break-glass`, 'askBreakGlass'],
  ['POST', `footage/${ID}/break-glass/${ID}/approval`, 'approveBreakGlass'],
  ['POST', `footage/${ID}/break-glass/${ID}/refusal`, 'refuseBreakGlass'],
  ['GET', 'break-glass/own', 'listOwnBreakGlass'],
  ['GET', 'break-glass/requests', 'listBreakGlassRequests'],
  ['GET', 'break-glass/reviews', 'listBreakGlassReviews'],
  ['PUT', `break-glass/reviews/${ID}`, 'reviewBreakGlass'],
  ['PUT', `people/${ID}/assignments/incident/4417`, 'assignOfficer'],
  ['DELETE', `people/${ID}/assignments/incident/4417`, 'unassignOfficer'],
  ['GET', 'people', 'findPeople'],
  ['GET', `people/${ID}/assignments`, 'personAssignments'],
  ['GET', `people/${ID}/history`, 'personHistory'],
  ['POST', 'people/import', 'importPeople'],
  ['GET', 'cameras', 'camerasOfOfficer'],
  ['GET', 'cameras/unassigned', 'camerasUnassigned'],
  ['GET', 'cameras/VB-0001', 'getCamera'],
  ['GET', 'cameras/VB-0001/history', 'cameraHistory'],
  ['PUT', 'cameras/VB-0001/issues/2026-11-01T08:00:00Z', 'issueCamera'],
  ['DELETE', 'cameras/VB-0001/issues/2026-11-01T08:00:00Z', 'withdrawCameraIssue'],
  ['GET', `people/${ID}`, 'getPerson'],
  ['GET', 'health', 'health'],
  ['GET', 'openapi.json', 'apiDocument'],
  ['GET', `quarantine/${ID}`, 'inspectQuarantine'],
  ['GET', 'quarantine', 'listQuarantine'],
  ['POST', `footage/${ID}/urgent`, 'makeUrgent'],
  ['POST', `footage/${ID}/playback`, 'openPlayback'],
  ['DELETE', `footage/${ID}/playback`, 'endPlaybacks'],
  ['DELETE', `footage/${ID}/playback/${ID}`, 'endPlayback'],
  ['PUT', `footage/${ID}/playback/${ID}`, 'renewPlayback'],
  ['DELETE', `people/${ID}/playback`, 'endPlaybacksOfPerson'],
  ['POST', 'uploads', 'openUpload'],
  ['GET', 'play/ticket/master.m3u8', 'play'],
  ['POST', 'play/ticket/close', 'closePlayback'],
  ['PUT', `people/${ID}`, 'putPerson'],
  ['GET', `footage/${ID}/audit`, 'readAudit'],
  ['POST', `footage/${ID}/renditions`, 'redriveRenditions'],
  ['POST', `quarantine/${ID}/release`, 'releaseQuarantine'],
  ['GET', 'footage', 'searchFootage'],
  ['POST', `footage/${ID}/original`, 'takeOriginal'],
  ['POST', `footage/${ID}/packages`, 'requestPackage'],
  ['GET', `footage/${ID}/packages`, 'listPackages'],
  ['GET', `footage/${ID}/packages/${ID}`, 'packageStatus'],
  ['GET', `footage/${ID}/packages/${ID}/content`, 'packageContent'],
  ['DELETE', `footage/${ID}/packages/${ID}`, 'cancelPackage'],
  ['GET', 'audit/unusual-access', 'unusualAccess'],
  ['GET', `people/${ID}/attempts`, 'attemptsOfPerson'],
  ['GET', `people/${ID}/consultations`, 'consultationsOfPerson'],
  ['GET', 'cases/01AB%2F2345%2F26/withheld', 'caseWithheld'],
  ['GET', `uploads/${ID}/blocks`, 'uploadBlocks'],
  ['GET', `uploads/${ID}`, 'uploadStatus'],
  ['GET', `footage/${ID}/audit/verify`, 'verifyAudit'],
]

/** What anyone may ask. */
const OPEN = ['apiDocument', 'health']
/** Takes what no route takes. */
const LEFTOVERS = 'zUnknownAddress'
/** A player brings a ticket instead of a token. */
const WITH_TICKET = ['play', 'closePlayback']

describe('the built app', () => {
  it('registers its HTTP functions, and all of them are walked over here', () => {
    expect(namesOf('http')).toEqual([...ROUTES.map(([, , name]) => name).toSorted(), LEFTOVERS])
  })

  it('answers what is no address of it with a problem, from the function that the host asks last', async () => {
    const [last] = (app.system.host?.functions ?? [])
      .map(({ name }) => name.toLowerCase())
      .toSorted()
      .toReversed()
    expect(last).toBe(LEFTOVERS.toLowerCase())
    for (const path of ['', 'nothing', `footage/${ID}/nothing/here`]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const answer = await app.call(MANAGER, method, path)
        expect(answer.status, `${method} ${path}`).toBe(404)
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
        expectProblem(answer)
      }
    }
  })

  it('takes the events that the topology subscribes to', () => {
    const subscribed = topology.eventSubscriptions.map((subscription) => subscription.function)
    expect(namesOf('eventGrid')).toEqual(subscribed.toSorted())
  })

  it('works on every declared queue', () => {
    const queues = QUEUES.flatMap((queue) => lanesOf(queue).map((lane) => laneQueue(queue, lane)))
    expect(queues.toSorted()).toEqual(topology.queues.toSorted())
    const functions = queues.map((queue) =>
      queue.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    )
    expect(namesOf('queue')).toEqual(functions.toSorted())
  })

  it('anchors, records viewings and what was given up, sweeps and disposes by timers', () => {
    expect(namesOf('timer')).toEqual([
      'anchorAudit',
      'driveDisposal',
      'keepRecord',
      'recordAbandoned',
      'sweep',
      'watchAccess',
    ])
  })

  it('names containers and tables as the topology declares them', () => {
    const declared = topology.containers.map(({ name }) => name)
    expect(declared.filter((name) => name !== 'event-deadletters')).toEqual([...CONTAINERS])
    expect(topology.tables).toEqual([...TABLES])
  })
})

describe.each(ROUTES)('%s %s', (method, path, name) => {
  it(`reaches ${name}: nobody gets further than its edge`, async () => {
    const answer = await app.call(null, method, path)
    const expected = OPEN.includes(name) ? 200 : WITH_TICKET.includes(name) ? 404 : 401
    expect(answer.status).toBe(expected)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    if (!OPEN.includes(name)) expectProblem(answer)
  })

  it('answers junk in its path, its query and its body with a problem', async () => {
    const junk = path.replace(ID, '%2e%2e%00').replace('ticket', 'x'.repeat(3_000))
    for (const target of [junk, `${path}?cursor=%FF&x=1&x=2&__proto__=1`]) {
      for (const body of method === 'GET' ? [undefined] : ['{', '[]', '{"a":1}', '\u0000']) {
        const answer = await app.call(MANAGER, method, target, body)
        if (answer.status >= 400) expectProblem(answer)
        expect(answer.status, `${target} ${body}`).toBeLessThan(500)
      }
    }
  })

  it('is not there for other methods', async () => {
    const known = ROUTES.filter(([, other]) => other === path).map(([verb]) => verb)
    // It is the address of a person too, of nobody whose id could be one.
    if (path === 'people/import') known.push('PUT')
    for (const other of ['DELETE', 'PATCH', 'POST', 'PUT', 'OPTIONS']) {
      if (known.includes(other)) continue
      const answer = await app.call(MANAGER, other, path)
      expect(answer.status, other).toBe(404)
      if (other !== 'OPTIONS') expectProblem(answer)
    }
  })
})

const GUARDED = ROUTES.filter(([, , name]) => ![...OPEN, ...WITH_TICKET].includes(name))

it.each(GUARDED)('%s %s refuses tokens that are none', async (method, path) => {
  for (const authorization of ['Bearer x', 'Bearer a.b.c', 'Basic eDp5', 'Bearer', '']) {
    const response = await fetch(`${app.system.api}/${path}`, {
      method,
      headers: { authorization },
    })
    expect(response.status, authorization).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  }
})

function expectProblem({
  status,
  headers,
  json,
}: {
  status: number
  headers: Headers
  json: unknown
}) {
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(json).toMatchObject({
    type: expect.stringMatching(/^urn:bluelamp:problem:/),
    title: expect.any(String),
    status,
    detail: expect.any(String),
  })
}
