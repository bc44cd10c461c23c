import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalApp, startApp } from '../functions/local-app.ts'
import { type DescribedApi, describedApi } from './described-api.ts'

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

it('says of each operation in a line what it is for', () => {
  const operations = Object.values(document.paths as Record<string, object>).flatMap(
    (methods) => Object.values(methods) as { operationId: string; summary: string }[],
  )
  for (const { operationId, summary } of operations) {
    expect(summary, operationId).toMatch(/^[A-Z].{10,98}[^.]$/)
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
