import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUDITOR, INVESTIGATOR, MANAGER } from '../functions/local-app.ts'
import { openScene, type Scene } from '../scene.ts'
import { sendRaw } from './raw-request.ts'
import { addressOf, NOTHING, ROUTES } from './routes.ts'

let scene: Scene
let port: number
let token: string
beforeAll(async () => {
  scene = await openScene()
  port = Number(new URL(scene.system.api).port)
  token = await scene.system.issuer.tokenFor(MANAGER)
})
afterAll(() => scene?.[Symbol.asyncDispose]())

const bearer = () => `authorization: Bearer ${token}`
const request = (line: string, headers: string[] = [], body = '') =>
  [`${line} HTTP/1.1`, 'host: x', 'connection: close', ...headers, '', body].join('\r\n')
const ask = (...of: Parameters<typeof request>) => sendRaw(port, request(...of))
const search = 'GET /api/footage?borough=camden'
const amend = `PATCH /api/footage/${NOTHING}`

it('is there for its own methods alone, whatever a header says of another', async () => {
  const methods = ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'PUT', 'PATCH', 'DELETE', 'POST', 'GET']
  const own = (path: string) =>
    ROUTES.filter((route) => addressOf(route) === path).flatMap(({ method, answersHead }) =>
      answersHead ? [method, 'HEAD'] : [method],
    ) as string[]
  for (const path of new Set(ROUTES.map((route) => addressOf(route)))) {
    for (const method of methods.filter((one) => !own(path).includes(one))) {
      const [other = 'GET'] = own(path)
      const override = [`x-http-method-override: ${other}`, `x-method-override: ${other}`]
      const { status } = await ask(`${method} /api/${path}`, [bearer(), ...override])
      // Some names are also fair values of a parameter beside them, which asks who calls.
      expect([403, 404], `${method} ${path}`).toContain(status)
    }
  }
  for (const method of ['get', 'FOO', 'GET\t', 'CONNECT']) {
    // To CONNECT the connection is cut.
    const refused = [0, 400, 404, 405]
    expect(refused, method).toContain((await ask(`${method} /api/health`)).status)
  }
})

describe('an address', () => {
  it.each([
    '//api/health',
    '/api//health',
    '/api/./health',
    '/api/x/../health',
    '/api/%2e%2e/api/health',
    '/api/health%2f',
    '/api/health;x=1',
    '/api/health%00',
    '/api/he%61lth%',
    '/api\\health',
    '/api/..%c0%afadmin',
    '/healthz',
    '/admin/host/keys',
    '/admin/functions',
    '/runtime/webhooks/EventGrid?functionName=footageLanded',
    '*',
  ])('that only looks like one leads nowhere: %s', async (path) => {
    const { status, body } = await ask(`GET ${path}`, [bearer()])
    expect([400, 401, 404, 405], body).toContain(status)
  })

  it.each([
    ['path', `/api/${'x/'.repeat(50_000)}`],
    ['query', `/api/footage?borough=camden&${'x=1&'.repeat(30_000)}`],
    ['fragment', `/api/health#${'x'.repeat(100_000)}`],
  ])('with a %s of 100 kB is refused', async (_, path) => {
    expect([0, 400, 414, 431]).toContain((await ask(`GET ${path}`, [bearer()])).status)
  })

  it.each(['', 'a b', '[::1', 'x:99999', 'evil.example/api', '..', 'x@y', '%00', '\u00e9'])(
    'on the host %j tells nothing',
    async (host) => {
      const text = `${search} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`
      const { status, body } = await sendRaw(port, text)
      expect([400, 401, 404, 500]).toContain(status)
      // Of what is no address the library makes no request, and the host an empty answer.
      if (status === 500) expect(body).toBe('')
    },
  )
})

describe('a header', () => {
  it.each([
    ['a token twice', () => [bearer(), bearer()]],
    ['a bad token before a good one', () => ['authorization: Bearer x', bearer()]],
    ['a good token before a bad one', () => [bearer(), 'authorization: Bearer x']],
    ['two tokens in one', () => [`${bearer()}, Bearer ${token}`]],
    ['a token after another scheme', () => [`authorization: Basic eDp5, Bearer ${token}`]],
    ['a token in a cookie', () => [`cookie: authorization=Bearer ${token}; token=${token}`]],
    ['a token under other names', () => [`x-authorization: Bearer ${token}`, `token: ${token}`]],
    ['a token of the proxy', () => [`proxy-authorization: Bearer ${token}`]],
    ['a token on the next line', () => ['authorization: Bearer', ` ${token}`]],
    ['a token after a name with a space', () => [`authorization : Bearer ${token}`]],
    ['a token with a NUL', () => [`authorization: Bearer ${token}\u0000`]],
    ['a token with a control character', () => [`authorization: Bearer\u000b${token}`]],
  ])('with %s lets nobody in', async (_, headers) => {
    const { status, body } = await ask(search, headers())
    expect([400, 401], body).toContain(status)
  })

  it('by the thousand, or as long as a book, is refused', async () => {
    const many = Array.from({ length: 5_000 }, (_, n) => `x-${n}: y`)
    expect([0, 400, 431]).toContain((await ask(search, [bearer(), ...many])).status)
    const long = `x: ${'y'.repeat(100_000)}`
    expect([0, 431]).toContain((await ask(search, [bearer(), long])).status)
  })
})

describe('a length', () => {
  const statusOf = async (headers: string[], body: string, cut = false) =>
    (await sendRaw(port, request(amend, [bearer(), ...headers], body), { cut })).status

  it.each([
    '-1',
    '+2',
    '0x2',
    '1e1',
    '2, 3',
    '99999999999999999999',
    'two',
    '2\r\ncontent-length: 3',
  ])('of %j is none', async (length) => {
    expect(await statusOf([`content-length: ${length}`], '{}')).toBe(400)
  })

  it('beside chunks is refused, so that nobody counts otherwise than another', async () => {
    const both = ['content-length: 5', 'transfer-encoding: chunked']
    expect(await statusOf(both, '0\r\n\r\n')).toBe(400)
    for (const coding of [
      'chunked, identity',
      'identity',
      'xchunked',
      'chunked\r\ntransfer-encoding: x',
    ]) {
      const status = await statusOf([`transfer-encoding: ${coding}`], '0\r\n\r\n')
      expect([400, 501], coding).toContain(status)
    }
  })

  it('that is too short makes the rest a request of its own, by nobody', async () => {
    const hidden = 'GET /api/quarantine HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
    const { body } = await sendRaw(
      port,
      `${amend} HTTP/1.1\r\nhost: x\r\n${bearer()}\r\ncontent-length: 2\r\n\r\n{}${hidden}`,
    )
    expect(body).toMatch(/HTTP\/1\.1 401 /)
  })

  it('that is too long is waited for in vain, and nothing is done', async () => {
    const length = ['content-length: 60']
    expect([0, 400]).toContain(await statusOf(length, '{"reason":"cut off"}', true))
  })

  it.each(['zz', '-1', 'FFFFFFFFFFFFFFFFF', '0x5', '5;'.padEnd(60_000, 'x'), ''])(
    'of a chunk that is none is refused: %.10s',
    async (size) => {
      const status = await statusOf(['transfer-encoding: chunked'], `${size}\r\n{"a":\r\n0\r\n\r\n`)
      expect([400, 413]).toContain(status)
    },
  )

  it('of chunks hides no token behind them', async () => {
    const headers = ['transfer-encoding: chunked', 'trailer: authorization']
    const { status } = await ask(amend, headers, `2\r\n{}\r\n0\r\n${bearer()}\r\n\r\n`)
    expect(status).toBe(401)
  })
})

it('has taken no harm, and complains of nothing but what it could not make a request of', async () => {
  for (const who of [MANAGER, INVESTIGATOR]) {
    expect((await scene.as(who, 'GET', '/footage?borough=camden')).status).toBe(200)
  }
  expect((await scene.as(AUDITOR, 'GET', '/audit/unusual-access')).status).toBe(200)
  const expected = /without Content-Length|: aborted$|URL (from|that includes)|^watchAccess:/
  expect(scene.complaints.filter((line) => !expected.test(line))).toEqual([])
})
