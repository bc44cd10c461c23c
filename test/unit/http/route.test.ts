import { HttpRequest, InvocationContext } from '@azure/functions'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { BluelampError } from '../../../shared/errors.ts'
import { route } from '../../../shared/http/route.ts'

const context = () =>
  new InvocationContext({ invocationId: 'call-1', functionName: 'test', logHandler: () => {} })

/** A call of a route that declares so much, and else what every test needs. */
const ask = async (
  declaration: object,
  handle: unknown,
  { url = 'https://app.example/api/footage/7', headers = {}, body = '', params = {} } = {},
) => {
  const request = new HttpRequest({
    method: 'POST',
    url,
    headers,
    params,
    ...(body && { body: { string: body } }),
  })
  const usual = {
    name: 'test',
    method: 'POST',
    path: 'x',
    summary: '',
    access: 'anyone',
    answers: {},
  }
  const [, { handler }] = route({ ...usual, ...declaration, handle } as Parameters<typeof route>[0])
  return (await handler(request, context())) as {
    status?: number
    headers: Record<string, string>
    body?: string
    jsonBody?: unknown
  }
}
const problem = async (...of: Parameters<typeof ask>) => {
  const { body, ...rest } = await ask(...of)
  return { ...rest, ...JSON.parse(body ?? '{}') }
}
/** Any text at all, halves of surrogate pairs as well: as UTF-16 can hold it, though not UTF-8. */
const ANY_UNIT = fc.constantFrom('a', ' ', 'é', '👮', '\u0000')
const HALF_A_PAIR = fc.constantFrom('\ud83d', '\udc6e')
const echo = (name: 'body' | 'query' | 'params' | 'clientAddress') => async (call: object) => ({
  status: 200,
  body: Reflect.get(call, name),
})

beforeEach(() => {
  vi.stubEnv('FootageStorage', 'UseDevelopmentStorage=true')
  vi.stubEnv('AUTH_ISSUER', 'https://login.example/tenant/v2.0')
  vi.stubEnv('AUTH_AUDIENCE', 'api://bluelamp')
  vi.stubEnv('AUTH_TENANT_ID', '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21')
  vi.stubEnv('AUTH_JWKS_URI', 'https://login.example/keys')
  vi.stubEnv('SIGNING_KEY', Buffer.alloc(32, 1).toString('base64'))
})

describe('a handler that', () => {
  it.each([
    ['throws an error', () => Promise.reject(new Error('secret'))],
    [
      'throws at once',
      () => {
        throw new Error('secret')
      },
    ],
    ['throws text', () => Promise.reject('secret')],
    ['throws nothing', () => Promise.reject(undefined)],
  ])('%s is answered 500, with nothing but where to look', async (_, answer) => {
    const answered = await ask({}, answer)
    expect(answered.status).toBe(500)
    expect(answered.headers).toMatchObject({ 'content-type': 'application/problem+json' })
    expect(JSON.parse(answered.body ?? '')).toMatchObject({ correlationId: 'call-1' })
    expect(answered.body).not.toContain('secret')
  })

  it('returns nothing still answers', async () => {
    expect(await ask({}, async () => undefined)).toMatchObject({
      status: 500,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    })
  })

  it('refuses answers with the status of its code', async () => {
    const refused = new BluelampError('conflict', 'It is so already.')
    await expect(problem({}, () => Promise.reject(refused))).resolves.toMatchObject({
      status: 409,
      detail: 'It is so already.',
    })
  })
})

describe('the headers of an answer', () => {
  const asked = (declaration: object, url: string) =>
    ask(declaration, async () => ({ status: 302, location: 'https://elsewhere.example' }), { url })

  it('let nothing be cached, sniffed, framed or embedded', async () => {
    const { headers } = await asked({}, 'https://app.example/api/x')
    expect(headers).toEqual({
      location: 'https://elsewhere.example',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
    })
  })

  it('say nothing of HTTPS over plain http', async () => {
    const { headers } = await asked({}, 'http://127.0.0.1:7071/api/x')
    expect(headers).not.toHaveProperty('strict-transport-security')
  })

  it('let players of other pages load what a ticket opens', async () => {
    const { headers } = await asked({ access: 'ticket' }, 'https://app.example/api/x')
    expect(headers).toMatchObject({ 'cross-origin-resource-policy': 'cross-origin' })
  })
})

describe('what is read of a request', () => {
  const schema = z.strictObject({ part: z.enum(['a', 'b']), size: z.coerce.number().optional() })
  const body = (text: string) => problem({ body: schema }, echo('body'), { body: text })
  const query = (search: string) =>
    problem({ query: schema }, echo('query'), {
      url: `https://app.example/api/footage?${search}`,
    })

  it.each([
    ['{"part":"c"}', 'part'],
    ['{"size":"x","part":"a"}', 'size'],
    ['{"part":"a","other":1}', 'body'],
    ['[]', 'body'],
    ['null', 'body'],
    ['', 'part'],
  ])('names the field at fault in the body %s', async (text, field) => {
    const { status, errors } = await body(text)
    expect(status).toBe(400)
    expect(errors).toMatchObject([{ field }])
  })

  it.each([
    ['{"reason":"abc\\ud800"}', 'reason'],
    ['{"reason":"\\udc00\\ud800"}', 'reason'],
    ['{"list":[{"deep":["sound","\\ud800x"]}]}', 'list.0.deep.1'],
    ['{"list":[{"\\ud800":1}]}', 'list.0'],
    [`{"list":${'['.repeat(20_000)}"\\ud800"${']'.repeat(20_000)}}`, /^list(\.0)+$/],
  ])('names the field whose text is no Unicode: %.40s', async (text, field) => {
    const { status, errors } = await problem({ body: z.unknown() }, echo('body'), { body: text })
    expect(status).toBe(400)
    expect(errors).toEqual([
      { field: expect.stringMatching(field), message: 'is not well-formed Unicode' },
    ])
  })

  it('is refused in headers and paths as in bodies if it is no Unicode, and else read as it was sent', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.oneof(ANY_UNIT, HALF_A_PAIR) }), async (text) => {
        const sent = { body: JSON.stringify({ text }), params: { text } }
        const asked = { body: z.strictObject({ text: z.string() }), params: { text: z.string() } }
        const { params, ...bodyAlone } = asked
        const read = await ask(bodyAlone, echo('body'), sent)
        expect(read.status).toBe(text.isWellFormed() ? 200 : 400)
        if (text.isWellFormed()) expect(read.jsonBody).toEqual({ text })
        const named = await ask({ params }, echo('params'), sent)
        expect(named.status).toBe(text.isWellFormed() ? 200 : 404)
      }),
      { numRuns: 100 },
    ))

  it.each(['{', 'part=a', '\u0000'])('refuses %j, which is no JSON', async (text) => {
    await expect(body(text)).resolves.toMatchObject({
      status: 400,
      detail: 'The body is not JSON.',
    })
  })

  it('calls a field that is missing required', async () => {
    expect(await body('{}')).toMatchObject({ errors: [{ field: 'part', message: 'required' }] })
  })

  it('refuses a body that is too long', async () => {
    await expect(body('x'.repeat(65_537))).resolves.toMatchObject({ status: 413 })
  })

  it.each([
    ['part=a', 200],
    ['part=a&part=b', 400],
    ['part=', 400],
    ['part=a&__proto__=1', 400],
    ['', 400],
  ])('takes ?%s: %i', async (search, status) => {
    expect((await query(search)).status ?? 200).toBe(status)
  })

  it('answers a path that names nothing as one that may not be seen', async () => {
    const asked = (params: Record<string, string>) =>
      problem({ params: { id: z.uuidv7() } }, echo('params'), { params })
    for (const params of [{}, { id: '7' }, { id: '../x' }]) {
      await expect(asked(params as Record<string, string>)).resolves.toMatchObject({ status: 404 })
    }
  })

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:51234', '203.0.113.9'],
    ['10.0.0.1, 203.0.113.9:51234', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]:51234', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['', null],
    ['unknown', null],
    ['203.0.113.9, <b>10.0.0.1</b>', null],
    ['203.0.113.999', null],
    ['203.0.113.9:51234:1', null],
    [`[${'x'.repeat(9_000)}]`, null],
  ])('takes the address that the front end saw: %j', async (forwarded, address) => {
    const { jsonBody } = await ask({}, echo('clientAddress'), {
      headers: { 'x-forwarded-for': forwarded },
    })
    expect(jsonBody).toBe(address)
  })

  it('calls a request without a token unauthenticated, whatever else it brings', async () => {
    const headers = { 'x-ms-client-principal': btoa('{"userRoles":["Administrator"]}') }
    await expect(
      problem({ access: { duty: 'watch-access' } }, echo('body'), { headers }),
    ).resolves.toMatchObject({
      status: 401,
    })
  })
})
