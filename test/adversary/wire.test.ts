import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ADMINISTRATOR,
  AUDITOR,
  DOCK,
  INVESTIGATOR,
  type LocalApp,
  MANAGER,
  startApp,
} from '../functions/local-app.ts'
import { addressOf, bodyOf, ROUTES } from './routes.ts'

const KIB = 1024
/** Among them is somebody for every route. */
const CALLERS = [MANAGER, ADMINISTRATOR, INVESTIGATOR, AUDITOR, DOCK]

let app: LocalApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const post = async (
  who: string,
  route: (typeof ROUTES)[number],
  body: string | ReadableStream,
  headers: Record<string, string> = {},
) => {
  const authorization = `Bearer ${await app.system.issuer.tokenFor(who)}`
  const init = { method: route.method, body, headers: { authorization, ...headers } }
  return fetch(`${app.system.api}/${addressOf(route)}`, { ...init, duplex: 'half' } as RequestInit)
}

describe('a body', () => {
  const named = (name: string) => {
    const route = ROUTES.find((one) => one.name === name)
    if (!route) throw new Error(`There is no route ${name}.`)
    return route
  }

  it.each(['amendFootage', 'requestPackage', 'takeOriginal'])(
    'of %s is JSON of one object, however it is called',
    async (name) => {
      const route = named(name)
      const good = JSON.stringify(bodyOf(route))
      for (const type of ['text/plain', 'application/xml', 'multipart/form-data', 'junk', '']) {
        const answer = await post(MANAGER, route, good, { 'content-type': type })
        expect(answer.status, type).toBe(404)
      }
      for (const bad of [
        '{',
        `${good}${good}`,
        `${good}\u0000`,
        `\ufeff{`,
        "{'reason':'x'}",
        '{"reason":"x","reason":',
        `${'['.repeat(30_000)}`,
        `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
        `${'{"reason":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
        `{"reason":"${'x'.repeat(50_000)}"}`,
        '{"reason":1e999}',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
      ]) {
        const answer = await post(MANAGER, route, bad)
        expect(answer.status, bad.slice(0, 40)).toBe(400)
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
      }
    },
  )

  it.each(ROUTES.filter(({ body }) => body).map((route) => [route.name, route] as const))(
    'of %s is refused over its limit',
    async (_, route) => {
      const long = ' '.repeat((route.bodyLimitBytes ?? 64 * KIB) + 1)
      const statuses = await Promise.all(
        CALLERS.map(async (who) => (await post(who, route, long)).status),
      )
      // Who may not call at all is not even told of the limit.
      expect(statuses.filter((status) => status !== 403)).not.toEqual([])
      expect(new Set(statuses.filter((status) => status !== 403))).toEqual(new Set([413]))
    },
  )

  it('whose length is not told does not get past the limit', async () => {
    const long = new Blob([' '.repeat(200 * KIB), '{"reason":"a reason"}']).stream()
    const { status } = await post(MANAGER, named('amendFootage'), long)
    expect([400, 413]).toContain(status)
  })
})

it('refuses a head that is too long, and a token of any length within it', async () => {
  const ask = (authorization: string) =>
    fetch(`${app.system.api}/footage?borough=camden`, { headers: { authorization } })
  expect((await ask(`Bearer ${'x'.repeat(15 * KIB)}`)).status).toBe(401)
  expect((await ask(`Bearer ${'x'.repeat(64 * KIB)}`)).status).toBe(431)
})
