import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeadLetter } from '../../../infra/local/event-grid/dead-letter.ts'
import {
  type EventGrid,
  type EventGridOptions,
  startEventGrid,
} from '../../../infra/local/event-grid/event-grid.ts'
import type { Report } from '../../../infra/local/event-grid/report.ts'
import { functionWebhooks } from '../../../infra/local/event-grid/webhook-url.ts'
import { readTopology, type Topology, topologySchema } from '../../../infra/topology.ts'
import { landed } from './landed.ts'

type Post = { url: string; headers: IncomingHttpHeaders; body: unknown }

describe('startEventGrid', () => {
  let host: Server
  let posts: Post[]
  /** Status for a post, or `undefined` for no answer at all. */
  let answer: (post: Post) => number | undefined
  let letters: (DeadLetter & { container: string })[]
  let reports: Report[]
  const grids: EventGrid[] = []

  beforeEach(async () => {
    posts = []
    letters = []
    reports = []
    answer = () => 202
    host = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const body = JSON.parse(Buffer.concat(chunks).toString())
      const post = { url: incoming.url ?? '', headers: incoming.headers, body }
      posts.push(post)
      const status = answer(post)
      if (status !== undefined) outgoing.writeHead(status).end()
    }).listen(0, '127.0.0.1')
    await once(host, 'listening')
  })
  afterEach(async () => {
    await Promise.all(grids.splice(0).map((grid) => grid.dispose()))
    host.close().closeAllConnections()
  })

  async function start(options: Partial<EventGridOptions> = {}): Promise<EventGrid> {
    const grid = await startEventGrid({
      topology: readTopology(),
      deliverTo: functionWebhooks(`http://127.0.0.1:${(host.address() as AddressInfo).port}`),
      deadLetters: async (container, letter) => void letters.push({ container, ...letter }),
      retryScale: 0.00001,
      report: (report) => reports.push(report),
      ...options,
    })
    grids.push(grid)
    return grid
  }

  const idsPosted = () => posts.map(({ body }) => (body as { id: string }[])[0]?.id)

  it('posts an event to the function that subscribed to it, as Event Grid does', async () => {
    const grid = await start()
    grid.publish(landed('one'))
    await grid.idle()
    expect(posts).toHaveLength(1)
    expect(posts[0]).toMatchObject({
      url: '/runtime/webhooks/EventGrid?functionName=footageLanded',
      headers: {
        'aeg-event-type': 'Notification',
        'aeg-subscription-name': 'FOOTAGE-LANDED',
        'aeg-delivery-count': '0',
        'aeg-data-version': '',
        'aeg-metadata-version': '1',
        'content-type': 'application/json; charset=utf-8',
      },
      body: [landed('one')],
    })
  })

  it('posts again after a 500 until the event is taken', async () => {
    answer = () => (posts.length < 3 ? 500 : 202)
    const grid = await start()
    grid.publish(landed('one'))
    await grid.idle()
    expect(posts.map(({ headers }) => headers['aeg-delivery-count'])).toEqual(['0', '1', '2'])
    expect(letters).toEqual([])
  })

  it('posts again when there is no answer in time', async () => {
    answer = () => (posts.length < 2 ? undefined : 202)
    const grid = await start({ answerLimitMs: 100 })
    grid.publish(landed('one'))
    await grid.idle()
    expect(reports[0]).toMatchObject({
      outcome: { kind: 'timedOut' },
      decision: { kind: 'retry' },
    })
    expect(reports.at(-1)).toMatchObject({ decision: { kind: 'delivered' } })
  })

  it('dead-letters what is refused for good, without a second attempt', async () => {
    answer = () => 400
    const grid = await start()
    grid.publish(landed('one'))
    await grid.idle()
    expect(posts).toHaveLength(1)
    expect(letters).toHaveLength(1)
    expect(letters[0]?.container).toBe('event-deadletters')
    expect(letters[0]?.path).toMatch(/^FOOTAGE-LANDED\/\d{4}\/\d+\/\d+\/\d+\/[0-9a-f-]{36}\.json$/)
    expect(JSON.parse(letters[0]?.body ?? '')).toEqual([
      {
        ...landed('one'),
        deadLetterReason: 'UndeliverableDueToHttpBadRequest',
        deliveryAttempts: 1,
        lastDeliveryOutcome: 'BadRequest',
        publishTime: expect.any(String),
        lastDeliveryAttemptTime: expect.any(String),
      },
    ])
  })

  it('keeps to the documented times until an event has outlived its day', async () => {
    let now = Date.UTC(2026, 0, 31, 23)
    const attempts: number[] = []
    const began = now
    answer = () => {
      attempts.push((now - began) / 1000)
      return 500
    }
    const clock = {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms
      },
    }
    const grid = await start({ clock, retryScale: 1, seed: 1 })
    grid.publish(landed('one'))
    await grid.idle()
    // The eleventh, due after 82,000 s, may be drawn out beyond the day that events live.
    const due = [0, 10, 40, 100, 400, 1_000, 2_800, 6_400, 17_200, 38_800]
    expect([10, 11]).toContain(attempts.length)
    due.forEach((seconds, index) => {
      expect(attempts[index]).toBeGreaterThanOrEqual(seconds)
      expect(attempts[index]).toBeLessThanOrEqual(seconds * 1.1)
    })
    expect(JSON.parse(letters[0]?.body ?? '')).toMatchObject([
      { deadLetterReason: 'TimeToLiveExceeded', deliveryAttempts: attempts.length },
    ])
  })

  it('loses an event for good where there is no place for dead letters', async () => {
    answer = () => 413
    const topology = readTopology()
    const eventSubscriptions = topology.eventSubscriptions.map(
      ({ deadLetterContainer: _, ...subscription }) => subscription,
    )
    const grid = await start({ topology: { ...topology, eventSubscriptions } })
    grid.publish(landed('one'))
    await grid.idle()
    expect(reports.at(-1)).toMatchObject({
      kind: 'lost',
      reason: 'UndeliverableDueToHttpRequestEntityTooLarge',
    })
  })

  it('says so when a dead letter cannot be stored', async () => {
    answer = () => 403
    const cause = new Error('no such container')
    const grid = await start({ deadLetters: () => Promise.reject(cause) })
    grid.publish(landed('one'))
    await grid.idle()
    expect(reports.at(-1)).toEqual({ kind: 'failed', cause })
  })

  describe('with faults', () => {
    it('drops the next so many events and no more', async () => {
      const grid = await start()
      grid.setFaults('footage-landed', { drop: { next: 2 } })
      for (const id of ['one', 'two', 'three']) grid.publish(landed(id))
      await grid.idle()
      expect(idsPosted()).toEqual(['three'])
      expect(grid.faults()['footage-landed']?.drop).toEqual({ next: 0, rate: 0 })
    })

    it('drops the same events for the same seed', async () => {
      const ids = Array.from({ length: 40 }, (_, index) => `event-${index}`)
      const runs: string[][] = []
      for (const seed of [7, 7, 8]) {
        const grid = await start({ seed })
        grid.setFaults('*', { drop: { rate: 0.5 } })
        posts = []
        for (const id of ids) grid.publish(landed(id))
        await grid.idle()
        runs.push(idsPosted().map(String).toSorted())
      }
      expect(runs[0]).toEqual(runs[1])
      expect(runs[0]).not.toEqual(runs[2])
    })

    it('delivers twice', async () => {
      const grid = await start()
      grid.setFaults('footage-landed', { duplicate: { next: 1 } })
      grid.publish(landed('one'))
      grid.publish(landed('two'))
      await grid.idle()
      expect(idsPosted().toSorted()).toEqual(['one', 'one', 'two'])
    })

    it('delivers what it gathers in reverse', async () => {
      const grid = await start()
      grid.setFaults('footage-landed', { reorder: { gather: 3, withinMs: 50 } })
      for (const id of ['1', '2', '3', '4']) grid.publish(landed(id))
      await grid.idle()
      // The fourth waits in vain for two more and is released by the time limit.
      expect(idsPosted()).toEqual(['3', '2', '1', '4'])
    })

    it('holds an event back', async () => {
      const waits: number[] = []
      const clock = {
        now: () => 0,
        sleep: async (ms: number) => void waits.push(ms),
      }
      const grid = await start({ clock })
      grid.setFaults('footage-landed', { delayMs: [2_000, 3_000] })
      grid.publish(landed('one'))
      await grid.idle()
      expect(waits).toHaveLength(1)
      expect(waits[0]).toBeGreaterThanOrEqual(2_000)
      expect(waits[0]).toBeLessThanOrEqual(3_000)
      expect(posts).toHaveLength(1)
    })

    it('takes them over HTTP while it runs', async () => {
      const grid = await start()
      const put = (path: string, body: unknown) =>
        fetch(`${grid.url}${path}`, { method: 'PUT', body: JSON.stringify(body) })
      const set = await put('/faults/footage-landed', { drop: { rate: 1 } })
      expect(set.status).toBe(200)
      grid.publish(landed('one'))
      await grid.idle()
      expect(posts).toEqual([])

      expect((await put('/faults', {})).status).toBe(200)
      expect(grid.faults()['footage-landed']?.drop.rate).toBe(0)
      for (const [path, body, words] of [
        ['/faults/footage-landed', { drop: { rate: 2 } }, 'drop.rate'],
        ['/faults/footage-lost', {}, 'There is no event subscription "footage-lost"'],
      ] as const) {
        const refused = await put(path, body)
        expect(refused.status).toBe(400)
        await expect(refused.text()).resolves.toContain(JSON.stringify(words).slice(1, -1))
      }
    })
  })

  describe('the custom topic', () => {
    const withSubscriber = (): Topology =>
      topologySchema.parse({
        ...readTopology(),
        domainEvents: {
          topic: 'footage-domain-events',
          eventSubscriptions: [
            {
              name: 'footage-ready',
              function: 'tellInvestigator',
              includedEventTypes: ['Bluelamp.FootageReady'],
            },
          ],
        },
      })

    it('takes what the publisher client sends in the Event Grid schema', async () => {
      const grid = await start({ topology: withSubscriber() })
      const client = new EventGridPublisherClient(
        grid.topicEndpoint,
        'EventGrid',
        new AzureKeyCredential(grid.topicKey),
        { allowInsecureConnection: true },
      )
      const event = { subject: 'footage/1', dataVersion: '1', data: { state: 'ready' } }
      await client.send([
        { ...event, eventType: 'Bluelamp.FootageReady' },
        { ...event, eventType: 'Bluelamp.FootageSecured' },
      ])
      await grid.idle()
      expect(posts).toMatchObject([
        {
          url: '/runtime/webhooks/EventGrid?functionName=tellInvestigator',
          body: [{ ...event, eventType: 'Bluelamp.FootageReady' }],
        },
      ])
      const recent = await fetch(grid.topicEndpoint)
      await expect(recent.json()).resolves.toMatchObject([
        {
          eventType: 'Bluelamp.FootageReady',
          topic: expect.stringMatching(/\/topics\/footage-domain-events$/),
          metadataVersion: '1',
        },
        { eventType: 'Bluelamp.FootageSecured' },
      ])
    })

    it('takes CloudEvents and delivers them as CloudEvents', async () => {
      const grid = await start({ topology: withSubscriber() })
      const client = new EventGridPublisherClient(
        grid.topicEndpoint,
        'CloudEvent',
        new AzureKeyCredential(grid.topicKey),
        { allowInsecureConnection: true },
      )
      await client.send([{ type: 'Bluelamp.FootageReady', source: '/bluelamp', data: { id: 1 } }])
      await grid.idle()
      expect(posts).toMatchObject([
        {
          headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
          body: { specversion: '1.0', type: 'Bluelamp.FootageReady', data: { id: 1 } },
        },
      ])
    })

    it.each([
      ['another key', { 'aeg-sas-key': 'wrong' }, '[]', 401],
      ['a missing field', {}, '[{"id":"1"}]', 400],
      ['no JSON', {}, 'no', 400],
      ['more than 1 MiB', {}, JSON.stringify('x'.repeat(1024 * 1024)), 413],
    ])('refuses %s', async (_, headers, body, status) => {
      const grid = await start()
      const answer = await fetch(grid.topicEndpoint, {
        method: 'POST',
        headers: { 'aeg-sas-key': grid.topicKey, 'content-type': 'application/json', ...headers },
        body,
      })
      expect(answer.status).toBe(status)
      expect(grid.recentEvents()).toEqual([])
    })
  })

  it('ends at once in the middle of a wait and of a post', async () => {
    answer = () => undefined
    const grid = await start({ retryScale: 1 })
    const posted = once(host, 'request')
    grid.publish(landed('held'))
    await posted
    answer = () => 500
    await grid.dispose()
    await grid.idle()
    expect(reports.filter(({ kind }) => kind === 'failed')).toEqual([])
  })

  it('names the port that it cannot have', async () => {
    const { port } = new URL((await start()).url)
    await expect(start({ port: Number(port) })).rejects.toThrow(
      `cannot listen on port ${port}: EADDRINUSE`,
    )
  })
})
