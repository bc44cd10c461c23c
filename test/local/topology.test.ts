import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { readTopology, topologySchema } from '../../infra/topology.ts'

const folder = mkdtempSync(join(tmpdir(), 'topology-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('readTopology', () => {
  it('reads the declared topology', () => {
    const { containers, eventSubscriptions } = readTopology()
    expect(containers.find(({ name }) => name === 'originals')?.immutable).toBe(true)
    expect(eventSubscriptions.map((subscription) => subscription.function)).toEqual([
      'footageLanded',
      'footageSecured',
      'renditionStored',
    ])
  })

  it.each([
    ['an unknown filter operator', { operatorType: 'StringLike', key: 'subject', values: ['a'] }],
    ['values of the wrong kind', { operatorType: 'NumberIn', key: 'data.size', values: ['1'] }],
    [
      'more filter values than Event Grid takes',
      { operatorType: 'StringIn', key: 'subject', values: Array(26).fill('a') },
    ],
  ])('refuses %s', (_, filter) => {
    const [first, ...rest] = readTopology().eventSubscriptions
    const broken = {
      ...readTopology(),
      eventSubscriptions: [{ ...first, advancedFilters: [filter] }, ...rest],
    }
    expect(topologySchema.safeParse(broken).success).toBe(false)
  })

  it.each(['*', 'evidence.example', 'https://evidence.example/', 'https://evidence.example/app'])(
    'refuses %s as the origin of a web client',
    (origin) => {
      const withOrigin = (allowedOrigin: string) => ({
        ...readTopology(),
        app: { cors: { allowedOrigins: [allowedOrigin] } },
      })
      expect(topologySchema.safeParse(withOrigin('https://evidence.example')).success).toBe(true)
      expect(topologySchema.safeParse(withOrigin(origin)).success).toBe(false)
    },
  )

  it('names the field at fault', () => {
    const file = join(folder, 'topology.json')
    const { domainEvents: _, ...incomplete } = readTopology()
    const [first] = incomplete.eventSubscriptions
    const subscription = { ...first, deadLetterContainer: 'nowhere' }
    writeFileSync(file, JSON.stringify({ ...incomplete, domainEvents: { topic: 'no' } }))
    expect(() => readTopology(pathToFileURL(file))).toThrow('domainEvents.topic')
    const complete = { ...readTopology(), eventSubscriptions: [subscription] }
    writeFileSync(file, JSON.stringify(complete))
    expect(() => readTopology(pathToFileURL(file))).toThrow('container "nowhere"')
    const twice = { ...readTopology(), eventSubscriptions: [first, first] }
    writeFileSync(file, JSON.stringify(twice))
    expect(() => readTopology(pathToFileURL(file))).toThrow('is declared twice')
  })
})
