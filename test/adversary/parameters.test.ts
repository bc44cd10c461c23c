import { TableClient } from '@azure/data-tables'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Declaration } from '../../shared/http/declaration.ts'
import { ADMINISTRATOR, AUDITOR, DOCK, MANAGER, OTHER_BOROUGH } from '../functions/local-app.ts'
import { openScene, personWith, type Scene } from '../scene.ts'
import { sendRaw } from './raw-request.ts'
import { addressOf, bodyOf, NOTHING, parametersOf, ROUTES } from './routes.ts'

/** One who gets past the first question, so that what they send is looked at. */
const CALLERS = [MANAGER, ADMINISTRATOR, AUDITOR, personWith('DisclosureOfficer'), DOCK]

/** As they stand in the path of a request. */
const ATTACKS: Readonly<Record<string, string>> = {
  traversal: '..%2F..%2Fpeople',
  'traversal, all encoded': '%2e%2e%2f%2e%2e%2fpeople',
  'traversal, encoded twice': '%252e%252e%252fpeople',
  'traversal by backslashes': '..%5C..%5Cpeople',
  'an encoded slash': `${NOTHING}%2F`,
  'an encoded slash in front': `%2F${NOTHING}`,
  'a backslash': `${NOTHING}%5Cx`,
  'a NUL': `${NOTHING}%00`,
  'a line break': `${NOTHING}%0D%0Ax-injected:%201`,
  'a control character': '%01%1b%7f',
  'bytes that are no UTF-8': '%ff%fe%c0%af',
  'half an escape': '%',
  'half an escape, encoded': '%25',
  'an escape of nothing, encoded': '%25zz',
  'a quote': "'",
  'a filter that is always true': "x'%20or%20'1'%20eq%20'1",
  'a filter that goes on': `${NOTHING}'%20or%20PartitionKey%20ne%20'`,
  'a quote in other clothes': '%E2%80%99%20or%20%EF%BC%87%CA%BC',
  'a filter encoded twice': 'x%2527%20or%20%25271%2527%20eq%20%25271',
  wildcards: '*%3F%23',
  'the name of a member': '__proto__',
  'another such name': 'constructor',
  'a right-to-left override': '%E2%80%AE%E2%81%A6',
  overlong: 'x'.repeat(6_000),
  'a space': '%20',
  'a dot': '%2e',
  undefined: 'undefined',
  'several, by a comma': `${NOTHING},${NOTHING}`,
  braces: '%7Bid%7D',
}

let scene: Scene
let port: number
const tokens = new Map<string, string>()
beforeAll(async () => {
  scene = await openScene()
  port = Number(new URL(scene.system.api).port)
  for (const who of [...CALLERS, OTHER_BOROUGH]) {
    tokens.set(who, await scene.system.issuer.tokenFor(who))
  }
})
afterAll(() => scene?.[Symbol.asyncDispose]())

/** Nobody is to be stopped by a rate limit here. */
beforeEach(async () => {
  const { connectionString } = scene.system.storage
  const allowInsecureConnection = true
  const spent = TableClient.fromConnectionString(connectionString, 'allowances', {
    allowInsecureConnection,
  })
  for await (const { partitionKey = '', rowKey = '' } of spent.listEntities()) {
    await spent.deleteEntity(partitionKey, rowKey)
  }
})

/** Sends a request as it is written. */
const send = (method: string, path: string, who: string, body = '', more = '') =>
  sendRaw(
    port,
    `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n` +
      `authorization: Bearer ${tokens.get(who)}\r\n${more}` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
const written = (route: Declaration): string => {
  const body = bodyOf(route)
  return body === undefined || typeof body === 'string' ? (body ?? '') : JSON.stringify(body)
}
/** Who is let to a route of a duty. */
const callerOf = async (route: Declaration): Promise<string> => {
  for (const who of CALLERS) {
    const { status } = await send(route.method, `/api/${addressOf(route)}`, who, written(route))
    if (status !== 403) return who
  }
  throw new Error(`Nobody here may call ${route.name}.`)
}

const withParameters = ROUTES.filter((route) => parametersOf(route).length > 0)

describe.each(withParameters.map((route) => [route.name, route] as const))('%s', (_, route) => {
  it.each(parametersOf(route))('is not misled by its parameter %s', async (parameter) => {
    const who = await callerOf(route)
    const schema = route.params?.[parameter]
    const plain = await send(route.method, `/api/${addressOf(route)}`, who, written(route))
    for (const [name, attack] of Object.entries(ATTACKS)) {
      const path = `/api/${addressOf(route, { [parameter]: attack })}`
      const { status, head, body } = await send(route.method, path, who, written(route))
      expect(status, `${name}: ${body}`).toBeLessThan(500)
      expect(head, name).not.toMatch(/^x-injected:/im)
      // Some of these are fair values of some parameters: then they name nothing, as the example does.
      if (status >= 300) expect([400, 404, plain.status], `${name}: ${body}`).toContain(status)
      else expect(schema?.safeParse(attack).success, `${name}: ${body}`).toBe(true)
    }
  })
})

describe('a query', () => {
  const shadows = (name: string) => [
    `${name}=${NOTHING}`,
    `${name.toUpperCase()}=${NOTHING}`,
    `${name}=1&${name}=2`,
    `headers=x`,
    `params=x`,
    `__proto__=1`,
    `constructor=1`,
    `authorization=Bearer%20x`,
    `if-match=*`,
  ]

  it.each(withParameters.map((route) => [route.name, route] as const))(
    'of %s takes the place neither of what stands in the path nor of a header',
    async (_, route) => {
      const who = await callerOf(route)
      const [parameter = ''] = parametersOf(route)
      for (const search of shadows(parameter)) {
        const bad = `/api/${addressOf(route, { [parameter]: 'no%20such%20thing!' })}?${search}`
        const { status, body } = await send(route.method, bad, who, written(route))
        expect([400, 401, 404], `${search}: ${body}`).toContain(status)
        const nobody = await fetch(`http://127.0.0.1:${port}/api/${addressOf(route)}?${search}`, {
          method: route.method,
        })
        expect([401, 404], search).toContain(nobody.status)
      }
    },
  )

  it('of a search injects nothing into a filter', async () => {
    const injected = [
      "x' or '1' eq '1",
      "camden' or PartitionKey ne '",
      "P000001' or 'a' lt 'b",
      "x'' or ''1'' eq ''1",
      '’ or ＇1＇ eq ＇1',
      'x\u0000',
      '%27%20or%20%271%27',
      '*',
      '~',
      '\ud800',
      '__proto__',
    ]
    for (const by of ['reference', 'camera', 'officer', 'unit', 'borough', 'state', 'from', 'to']) {
      for (const value of injected) {
        const query = new URLSearchParams({
          ...(by.length < 5 && { borough: 'camden' }),
          [by]: value,
        })
        if (by === 'reference') query.set(by, `crime:${value}`)
        const reply = await scene.as(MANAGER, 'GET', `/footage?${query}`)
        expect([200, 400], `${by}=${value}`).toContain(reply.status)
        if (reply.status === 200) expect(reply.json()).toEqual({ items: [], next: null })
      }
    }
  })

  it('of a search that says a thing twice is refused', async () => {
    for (const search of [
      'borough=camden&borough=hackney',
      'unit=a&unit=a',
      'borough=camden&limit=1&limit=100',
      'borough=camden&Borough=hackney',
      'borough=camden&__proto__=1',
      'borough=camden&limit=1e9',
      'borough=camden&limit=-1',
      'borough[]=camden',
      'borough=camden&cursor=x&cursor=y',
    ]) {
      expect((await scene.as(MANAGER, 'GET', `/footage?${search}`)).status, search).toBe(400)
    }
  })
})

it.each([
  ['x-ms-client-principal', btoa('{"userRoles":["EvidenceManager"],"userId":"x"}')],
  ['x-ms-client-principal-id', '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06'],
  ['x-ms-client-principal-name', MANAGER],
  ['x-ms-token-aad-access-token', 'x'],
  ['x-original-url', '/api/health'],
  ['x-rewrite-url', '/api/health'],
  ['x-http-method-override', 'GET'],
  ['x-functions-key', 'x'],
])('%s grants nothing, neither to nobody nor to somebody', async (name, value) => {
  const header = { [name]: value }
  expect((await scene.as(null, 'GET', '/footage?borough=camden', undefined, header)).status).toBe(
    401,
  )
  expect((await scene.as(null, 'GET', '/quarantine', undefined, header)).status).toBe(401)
  expect((await scene.as(OTHER_BOROUGH, 'GET', '/quarantine', undefined, header)).status).toBe(403)
})

it('gives docks their uploads alone, and nobody else an upload', async () => {
  for (const route of ROUTES) {
    if (typeof route.access !== 'object') continue
    const path = `/${addressOf(route)}`
    const own = 'duty' in route.access && route.access.duty === 'upload-footage'
    for (const who of own ? [MANAGER, ADMINISTRATOR, OTHER_BOROUGH] : [DOCK]) {
      const { status } = await scene.as(who, route.method, path, bodyOf(route))
      expect(status, `${who}: ${route.name}`).toBe('duty' in route.access ? 403 : 404)
    }
  }
})

it('complains of nothing that it was sent, but that somebody sends such things', () => {
  const complaints = scene.complaints.filter((line) => !line.startsWith('watchAccess:'))
  expect(complaints).toEqual([])
})
