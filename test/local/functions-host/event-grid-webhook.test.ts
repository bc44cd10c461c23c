import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, type FixtureApp, startApp } from './fixture-app.ts'
import { closedGate } from './gate.ts'

const SOURCE = `
app.eventGrid('landed', {
  handler: async (event, context) => {
    context.log(JSON.stringify({ event, triggerMetadata: context.triggerMetadata }))
    if (event.data?.gate) await fetch(event.data.gate)
    if (event.data?.fail) throw new Error('on purpose')
  },
})
app.http('notAnEvent', { handler: async () => ({}) })
`
const event = (id: string, data: object = {}) => ({ id, eventType: 'Own.Thing', data })

describe('the Event Grid webhook', () => {
  let app: FixtureApp
  beforeAll(async () => {
    app = await startApp({ source: SOURCE })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const post = async (
    body: unknown,
    {
      name = 'landed' as string | null,
      code = app.keys.eventGridExtension as string | null,
      type = 'Notification' as string | null,
    } = {},
  ) => {
    const query = new URLSearchParams({
      ...(name !== null && { functionName: name }),
      ...(code !== null && { code }),
    })
    return fetch(`${app.url}/runtime/webhooks/EventGrid?${query}`, {
      method: 'POST',
      headers: type === null ? {} : { 'aeg-event-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }
  const ids = () => app.said('landed').map((said) => (said as { event: { id: string } }).event.id)

  it('answers the handshake with its code', async () => {
    const response = await post([{ data: { validationCode: 'c-1' } }], {
      type: 'SubscriptionValidation',
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ validationResponse: 'c-1' })
  })

  it('takes one event or an array, an invocation each', async () => {
    expect((await post(event('single'))).status).toBe(202)
    expect((await post([event('first'), event('second')])).status).toBe(202)
    expect(ids()).toEqual(expect.arrayContaining(['single', 'first', 'second']))
  })

  it('answers 202 only when the handler has finished', async () => {
    await using gate = await closedGate()
    let isAnswered = false
    const answer = post([event('slow', { gate: gate.url }), event('slower', { gate: gate.url })])
    answer.then(() => {
      isAnswered = true
    })
    // Both wait at once: a batch runs in parallel.
    await eventually(() => gate.waiting()).toHaveLength(2)
    expect(isAnswered).toBe(false)
    gate.open()
    expect((await answer).status).toBe(202)
  })

  it('answers 500 for the whole batch when one fails, though the others ran', async () => {
    const response = await post([event('good-1'), event('bad', { fail: true }), event('good-2')])
    expect(response.status).toBe(500)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(ids()).toEqual(expect.arrayContaining(['good-1', 'good-2']))
  })

  it.each([
    ['an unknown function', 'nobody'],
    ['no function', null],
    ['another case', 'LANDED'],
    ['a function of another trigger', 'notAnEvent'],
  ])('answers 404 to %s, before it looks at anything else', async (_, name) => {
    expect((await post('not json', { name, type: 'Nonsense' })).status).toBe(404)
  })

  it.each([
    ['no key', null, 401],
    ['a wrong key', 'wrong', 401],
    ['a host key of level function', 'local-function-key', 403],
    ['the master key', 'local-master-key', 202],
  ])('answers %s', async (_, code, status) => {
    expect((await post(event('keyed'), { code })).status).toBe(status)
  })

  it.each([
    ['Unsubscribe', 202],
    ['Nonsense', 400],
    [null, 400],
  ])('answers the type %s with %i', async (type, status) => {
    expect((await post([], { type })).status).toBe(status)
  })

  it('answers 500 to a body that is not JSON', async () => {
    expect((await post('not json')).status).toBe(500)
  })

  it('takes an event of 1 MB and a batch of 200', async () => {
    expect((await post(event('big', { text: 'x'.repeat(1_000_000) }))).status).toBe(202)
    const batch = Array.from({ length: 200 }, (_, index) => event(`batch-${index}`))
    expect((await post(batch)).status).toBe(202)
    expect(ids().filter((id) => id.startsWith('batch-'))).toHaveLength(200)
  })

  it('does not know another extension', async () => {
    const url = `${app.url}/runtime/webhooks/blobs?code=${app.keys.master}`
    expect((await fetch(url, { method: 'POST' })).status).toBe(404)
  })
})
