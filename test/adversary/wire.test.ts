import { connect, type Socket } from 'node:net'
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
/** As many callers as keep the app waiting at the same time. */
const SLOW = 60
/** How many answers each of them asks for and does not read: some 4 MB. */
const UNREAD_ANSWERS = 20
/** Among them is somebody for every route. */
const CALLERS = [MANAGER, ADMINISTRATOR, INVESTIGATOR, AUDITOR, DOCK]

let app: LocalApp
let token: string
beforeAll(async () => {
  app = await startApp()
  token = await app.system.issuer.tokenFor(MANAGER)
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

describe('callers who are slow', () => {
  /** Opens connections that each send this and then nothing more. */
  const open = (text: string): Promise<Socket[]> => {
    const port = Number(new URL(app.system.api).port)
    const sockets = Array.from(
      { length: SLOW },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () => socket.write(text, () => resolve(socket)))
          socket.on('error', reject)
        }),
    )
    return Promise.all(sockets)
  }
  const othersAreServed = async () => {
    const answers = Array.from({ length: 10 }, () =>
      app.call(INVESTIGATOR, 'GET', 'footage?borough=camden'),
    )
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(10).fill(200))
  }

  it('to send keep nobody waiting', async () => {
    const head = `POST /api/uploads HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n`
    const sockets = [
      ...(await open('GET /api/heal')),
      ...(await open(head)),
      ...(await open(`${head}content-length: 60000\r\n\r\n{`)),
    ]
    try {
      await othersAreServed()
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })

  it('to read keep nobody waiting', async () => {
    const request = 'GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'
    // More than the buffers of a connection hold: what is not read waits with who sent it.
    const sockets = await open(request.repeat(UNREAD_ANSWERS))
    try {
      await othersAreServed()
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })
})
