import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CODES, faultOf } from '../../shared/errors.ts'
import { PROBLEM_TYPE } from '../../shared/http/problem.ts'
import { type LocalApp, startApp } from '../functions/local-app.ts'
import { type DescribedApi, describedApi } from './described-api.ts'

/** An operation, as far as it is said in words. */
type DocumentedOperation = {
  operationId: string
  summary: string
  description: string
  tags: string[]
  parameters?: { name: string; description?: string; example?: unknown }[]
}

/** From so many characters on a schema is to have a name if it is used again. */
const LONG_SCHEMA = 1500

let app: LocalApp
let api: DescribedApi
let document: Record<string, unknown>
beforeAll(async () => {
  app = await startApp()
  const answer = await app.call(null, 'GET', 'openapi.json')
  document = answer.json as typeof document
  api = await describedApi(`${app.system.api}/openapi.json`)
})
afterAll(() => app?.[Symbol.asyncDispose]())

it('is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(document)).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

it('has every HTTP function that the built app registers but the one for what is no address', () => {
  const registered = (app.system.host?.functions ?? []).flatMap(({ name, trigger, details }) =>
    trigger === 'http' && name !== 'zUnknownAddress'
      ? [`${name}: ${details.methods} ${details.route}`]
      : [],
  )
  const described = api.operations.map(
    ({ id, method, path }) => `${id}: ${method} ${path.slice(1)}`,
  )
  // HEAD is GET without a body, and has no description of its own.
  const plain = registered.map((one) => one.replace('{*', '{').replace('GET,HEAD', 'GET'))
  expect(described.toSorted()).toEqual(plain.toSorted())
})

it('names what several operations have in common, and does not write it out again', () => {
  const written = new Map<string, number>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('properties' in value) {
      const text = JSON.stringify(value)
      if (text.length > LONG_SCHEMA) written.set(text, (written.get(text) ?? 0) + 1)
    }
    for (const part of Object.values(value)) walk(part)
  }
  walk(document)
  const repeated = [...written].filter(([, times]) => times > 1).map(([text]) => text.slice(0, 300))
  expect(repeated).toEqual([])
})

it('is about where it was asked for', () => {
  expect(document.servers).toEqual([{ url: app.system.api }])
})

it('asks for a token wherever it is not for anyone or for whoever has a ticket', () => {
  const open = api.operations.filter(({ roles }) => roles.length === 0).map(({ id }) => id)
  expect(open.toSorted()).toEqual(['apiDocument', 'closePlayback', 'health', 'play'])
  for (const { id, roles, statuses } of api.operations) {
    expect(statuses.includes(401), id).toBe(roles.length > 0)
  }
})

describe('every operation', () => {
  const operations = () =>
    Object.values(document.paths as Record<string, Record<string, DocumentedOperation>>).flatMap(
      (methods) => Object.values(methods),
    )

  it('has a name of its own, and says in a line what it is for', () => {
    const names = operations().map(({ operationId }) => operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const { operationId, summary } of operations()) {
      expect(operationId).toMatch(/^[a-z][A-Za-z]+$/)
      expect(summary, operationId).toMatch(/^[A-Z].{10,98}[^.]$/)
    }
  })

  it('says what it does beyond that, who may and how often, under a tag that is described', () => {
    const tags = document.tags as { name: string; description: string }[]
    for (const { description } of tags) expect(description).toMatch(/.{10,}/)
    for (const { operationId, summary, description, tags: own } of operations()) {
      expect(description, operationId).toMatch(/^.{10,}\n\nFor .+/)
      expect(description, operationId).not.toContain(summary)
      expect(own, operationId).toHaveLength(1)
      expect(tags.map(({ name }) => name)).toContain(own[0])
    }
    const used = new Set(operations().flatMap(({ tags: own }) => own))
    expect(tags.filter(({ name }) => !used.has(name))).toEqual([])
  })

  it('describes each of its parameters, with an example', () => {
    for (const { operationId, parameters = [] } of operations()) {
      for (const parameter of parameters) {
        const { name, description } = parameter
        expect(description, `${operationId} ${name}`).toMatch(/.{5,}/)
        expect(parameter, `${operationId} ${name}`).toHaveProperty('example')
      }
    }
  })

  it('has an example of each JSON that it takes and answers, which is as its schema says', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    // It comes with a pattern that says the same.
    ajv.addFormat('base64', true)
    ajv.addSchema(document, 'api')
    let seen = 0
    const check = (value: unknown, at: string[]): void => {
      if (typeof value !== 'object' || value === null) return
      const examples = examplesIn(value)
      if (examples.length === 0) {
        if (at.at(-2) === 'content' && at.at(-1)?.endsWith('json')) {
          expect.fail(`${at.join(' ')} has no example`)
        }
        for (const [key, part] of Object.entries(value)) check(part, [...at, key])
        return
      }
      const { $ref = `#/${[...at, 'schema'].map(escaped).join('/')}` } = schemaIn(value)
      const validate = ajv.getSchema(`api${$ref}`)
      for (const example of examples) {
        const valid = validate?.(example)
        expect(valid, `${at.join(' ')}: ${ajv.errorsText(validate?.errors)}`).toBe(true)
        seen += 1
      }
    }
    check(document.paths, ['paths'])
    expect(seen).toBeGreaterThan(500)
  }, 60_000)
})

it('says to whoever writes a client what holds everywhere, and what each problem means', () => {
  const { description } = document.info as { description: string }
  for (const word of ['Bearer', 'cursor', 'If-Match', 'reason', '404', 'Retry-After', 'UTC']) {
    expect(description).toContain(word)
  }
  for (const code of ERROR_CODES) {
    expect(description).toContain(`| \`${PROBLEM_TYPE}${code}\` | ${faultOf(code).status} |`)
  }
})

it('says nothing to pages of origins that are not configured', async () => {
  const origin = 'https://elsewhere.example'
  const asked = (method: string, headers: object) =>
    fetch(`${app.system.api}/footage`, { method, headers: { origin, ...headers } })
  for (const response of [
    await asked('GET', {}),
    await asked('OPTIONS', { 'access-control-request-method': 'GET' }),
  ]) {
    const names = [...response.headers.keys()]
    expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([])
  }
})

/** The schema of a parameter or body; what it refers to is compiled once for all. */
const schemaIn = (value: object): { $ref?: string } =>
  'schema' in value ? (value.schema as { $ref?: string }) : {}

/** What stands beside a schema as an example of it. */
function examplesIn(value: object): unknown[] {
  if (!('schema' in value)) return []
  if ('example' in value) return [value.example]
  if (!('examples' in value)) return []
  return Object.values(value.examples as Record<string, { value: unknown }>).map((one) => one.value)
}

/** A part of a JSON pointer, as it stands in a URL. */
const escaped = (part: string): string =>
  encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
