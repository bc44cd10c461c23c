import { type QueueClient, QueueServiceClient } from '@azure/storage-queue'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../../infra/local/azurite.ts'
import { eventually, type FixtureApp, type FixtureOptions, startApp } from './fixture-app.ts'
import { closedGate } from './gate.ts'

const SOURCE = `
app.storageQueue('work', {
  queueName: '%WORK_QUEUE%',
  connection: 'Work',
  handler: async (message, context) => {
    context.log(JSON.stringify({ message, triggerMetadata: context.triggerMetadata }))
    if (message.exit && context.triggerMetadata.dequeueCount === 1) process.exit(1)
    if (message.gate) await fetch(message.gate)
    if (message.fail) throw new Error('on purpose')
  },
})
`
const base64 = (body: unknown) =>
  Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('base64')

describe('a queue function', () => {
  let azurite: Azurite
  let service: QueueServiceClient
  let count = 0
  beforeAll(async () => {
    azurite = await startAzurite()
    service = QueueServiceClient.fromConnectionString(azurite.connectionString)
  })
  afterAll(() => azurite.dispose())

  const start = async (queues: object = {}, options: Partial<FixtureOptions> = {}) => {
    const queueName = `work-${++count}`
    const queue = service.getQueueClient(queueName)
    await queue.create()
    const app = await startApp({
      source: SOURCE,
      hostJson: { extensions: { queues: { maxPollingInterval: '00:00:00.2', ...queues } } },
      ...options,
      settings: { Work: azurite.connectionString, WORK_QUEUE: queueName, ...options.settings },
    })
    return { app, queue, poison: service.getQueueClient(`${queueName}-poison`) }
  }
  const messagesIn = async (queue: QueueClient) => {
    if (!(await queue.exists())) return []
    return (await queue.peekMessages({ numberOfMessages: 32 })).peekedMessageItems
  }
  const lengthOf = async (queue: QueueClient) =>
    (await queue.getProperties()).approximateMessagesCount
  const messages = (app: FixtureApp) =>
    app.said('work').map((said) => (said as { message: unknown }).message)

  it('gets JSON parsed and anything else as a string, then the message is gone', async () => {
    const { app, queue } = await start()
    await using _ = app
    await queue.sendMessage(base64({ n: 1 }))
    await queue.sendMessage(base64('no json'))
    await eventually(() => messages(app)).toEqual(expect.arrayContaining([{ n: 1 }, 'no json']))
    await eventually(() => lengthOf(queue)).toBe(0)
  })

  it('learns about the message, except for what its payload hides', async () => {
    const { app, queue } = await start()
    await using _ = app
    const { messageId } = await queue.sendMessage(base64('plain'))
    await eventually(() => app.said('work')).toHaveLength(1)
    const said = app.said('work')[0] as { triggerMetadata: Record<string, unknown> }
    expect(said.triggerMetadata).toMatchObject({
      id: messageId,
      dequeueCount: 1,
      popReceipt: expect.any(String),
      queueTrigger: 'plain',
    })
    const time = (name: string) => Date.parse(String(said.triggerMetadata[name]))
    expect(time('expirationTime') - time('insertionTime')).toBe(7 * 24 * 3600_000)
    // Hidden for ten minutes from when it was taken.
    expect(time('nextVisibleTime') - time('insertionTime')).toBeGreaterThanOrEqual(600_000)
    await queue.sendMessage(base64({ id: 'mine', dequeueCount: 7, list: [1] }))
    await eventually(() => app.said('work')).toHaveLength(2)
    expect(app.said('work')[1]).toMatchObject({ triggerMetadata: { id: 'mine', dequeueCount: 7 } })
    expect(app.said('work')[1]).not.toHaveProperty('triggerMetadata.list')
  })

  it('fails five times, then the message lies in the poison queue, as it was and new', async () => {
    const { app, queue, poison } = await start()
    await using _ = app
    const body = base64({ fail: true })
    await queue.sendMessage(body)
    await eventually(() => messagesIn(poison)).toHaveLength(1)
    expect(messages(app)).toHaveLength(5)
    const [message] = await messagesIn(poison)
    expect(message).toMatchObject({ messageText: body, dequeueCount: 0 })
    const ttlMs = Number(message?.expiresOn) - Number(message?.insertedOn)
    expect(ttlMs).toBe(7 * 24 * 3600_000)
    expect(await lengthOf(queue)).toBe(0)
  })

  it('is never called for a body that is not base64: straight to poison, as raw text', async () => {
    const { app, queue, poison } = await start()
    await using _ = app
    await queue.sendMessage('{"not": "base64"}')
    await eventually(() => messagesIn(poison)).toHaveLength(1)
    expect((await messagesIn(poison))[0]?.messageText).toBe('{"not": "base64"}')
    expect(messages(app)).toEqual([])
    expect(await lengthOf(queue)).toBe(0)
  })

  it('is never called for bytes that are not UTF-8, but they are tried five times', async () => {
    const { app, queue, poison } = await start({
      visibilityTimeout: '00:00:01',
      maxDequeueCount: 2,
    })
    await using _ = app
    const body = Buffer.from([0xff, 0xfe, 0xfd]).toString('base64')
    await queue.sendMessage(body)
    await eventually(async () => (await messagesIn(queue))[0]?.dequeueCount).toBe(1)
    expect(await messagesIn(poison)).toEqual([])
    await eventually(() => messagesIn(poison)).toHaveLength(1)
    expect(messages(app)).toEqual([])
  })

  it('takes raw text where messageEncoding is none', async () => {
    const { app, queue } = await start({ messageEncoding: 'none' })
    await using _ = app
    await queue.sendMessage('{"n": 1}')
    await eventually(() => messages(app)).toEqual([{ n: 1 }])
  })

  it('works on batchSize + newBatchThreshold messages at most at once', async () => {
    await using gate = await closedGate()
    const { app, queue } = await start({ batchSize: 2, newBatchThreshold: 1 })
    await using _ = app
    for (let n = 0; n < 6; n++) await queue.sendMessage(base64({ gate: gate.url }))
    await eventually(() => gate.waiting()).toHaveLength(2)
    gate.open()
    await eventually(() => messages(app)).toHaveLength(6)
  })

  it('keeps its message while it runs longer than the lease', async () => {
    await using gate = await closedGate()
    const { app, queue } = await start({}, { limits: { queueLeaseMs: 1_000 } })
    await using _ = app
    const { messageId } = await queue.sendMessage(base64({ gate: gate.url }))
    await eventually(() => gate.waiting()).toHaveLength(1)
    const firstLease = (app.said('work')[0] as { triggerMetadata: { nextVisibleTime: string } })
      .triggerMetadata.nextVisibleTime
    // Azurite's clock is this machine's: the first lease has certainly ended by then.
    await eventually(() => Date.now()).toBeGreaterThan(Date.parse(firstLease) + 500)
    gate.open()
    await eventually(() => lengthOf(queue)).toBe(0)
    expect(messages(app)).toHaveLength(1)
    expect(messageId).toBe(
      (app.said('work')[0] as { triggerMetadata: { id: string } }).triggerMetadata.id,
    )
  })

  it('gets the message again when the lease of a worker that was killed has run out', async () => {
    await using gate = await closedGate()
    // Released as a failure, it would not be back within this test.
    const asFailure = { visibilityTimeout: '01:00:00' }
    const { app, queue } = await start(asFailure, { limits: { queueLeaseMs: 1_000 } })
    await using _ = app
    await queue.sendMessage(base64({ gate: gate.url }))
    await eventually(() => gate.waiting()).toHaveLength(1)
    const [pid] = app.workers
    await app.killWorker(0)
    gate.open()
    await eventually(() => messages(app)).toHaveLength(2)
    expect(app.said('work')[1]).toMatchObject({ triggerMetadata: { dequeueCount: 2 } })
    expect(app.workers).not.toContain(pid)
    await eventually(() => lengthOf(queue)).toBe(0)
  })

  it('gets the message again at once when its worker has ended by itself', async () => {
    const { app, queue } = await start()
    await using _ = app
    await queue.sendMessage(base64({ exit: true }))
    await eventually(() => app.said('work').at(-1)).toMatchObject({
      triggerMetadata: { dequeueCount: 2 },
    })
    await eventually(() => lengthOf(queue)).toBe(0)
  })

  it('at shutdown finishes what it has in hand, then deletes the message', async () => {
    await using gate = await closedGate()
    const { app, queue } = await start()
    await using _ = app
    await queue.sendMessage(base64({ gate: gate.url }))
    await eventually(() => gate.waiting()).toHaveLength(1)
    const disposed = app.dispose()
    await eventually(() => fetch(app.url).catch(() => 'refused')).toBe('refused')
    expect(await lengthOf(queue)).toBe(1)
    gate.open()
    await disposed
    expect(await lengthOf(queue)).toBe(0)
  })

  it('waits for a queue that does not exist yet and never creates it', async () => {
    const queue = service.getQueueClient('late')
    const { app } = await start({}, { settings: { WORK_QUEUE: 'late' } })
    await using _ = app
    expect(await queue.exists()).toBe(false)
    await queue.create()
    await queue.sendMessage(base64('found'))
    await eventually(() => messages(app)).toEqual(['found'])
  })

  it('whose connection is missing is disabled, alone', async () => {
    await using app = await startApp({
      source: `${SOURCE}; app.http('other', { handler: async () => ({ body: 'runs' }) })`,
      settings: { WORK_QUEUE: 'x' },
    })
    expect(app.functions.map(({ name }) => name)).toEqual(['other'])
    expect(await (await fetch(`${app.url}/api/other`)).text()).toBe('runs')
    expect(app.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        functionName: 'work',
        message: expect.stringMatching(
          /'work' function is in error.*'Work'.*'Work__queueServiceUri'/,
        ),
      }),
    )
  })
})
