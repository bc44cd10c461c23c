import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { bodyOf, exampleOf, parametersOf, ROUTES } from './routes.ts'

/** What an attacker adds to an object: names of privileged fields, and of what every object has. */
const SMUGGLED = [
  '"id":"019ab4ea-0000-7000-8000-000000000000"',
  '"state":"ready"',
  '"revision":1',
  '"marking ":"OFFICIAL"',
  '"Reason":"x"',
  '"grants":[]',
  '"roles":["EvidenceManager"]',
  '"dock":"019ab4ea-0000-7000-8000-000000000000"',
  '"by":"019ab4ea-0000-7000-8000-000000000000"',
  '"approval":{}',
  '"__proto__":{"roles":["EvidenceManager"]}',
  '"constructor":{"prototype":{"roles":["EvidenceManager"]}}',
  '"toString":1',
]

const withBody = ROUTES.filter(({ body, accepts }) => body && !accepts)
const schemaOf = ({ body }: (typeof ROUTES)[number]) => body as z.ZodType

/** Every copy of a JSON text in which one of its objects has one more member. */
function smuggled(json: string, member: string): string[] {
  return [...json.matchAll(/\{/g)].map(({ index }) => {
    const rest = json.slice(index + 1)
    return `${json.slice(0, index)}{${member}${rest.startsWith('}') ? '' : ','}${rest}`
  })
}

it('knows what every route takes', () => {
  for (const route of ROUTES) {
    expect(Object.keys(route.params ?? {}).toSorted(), route.name).toEqual(
      parametersOf(route).toSorted(),
    )
    for (const [name, schema] of Object.entries(route.params ?? {})) {
      expect(schema.safeParse(exampleOf(name)).success, `${route.name} {${name}}`).toBe(true)
    }
    if (route.body) {
      expect(schemaOf(route).safeParse(bodyOf(route)).error, route.name).toBeUndefined()
    }
  }
})

describe.each(withBody.map((route) => [route.name, route] as const))('%s', (_, route) => {
  const schema = schemaOf(route)
  const json = JSON.stringify(bodyOf(route))

  it.each(SMUGGLED)(
    'takes nothing beside what it names, in no object of its body: %s',
    (member) => {
      const name = /^"([^"]+)"/.exec(member)?.[1] ?? ''
      for (const body of smuggled(json, member)) {
        // A member that the object has is no smuggling: the later of the two counts.
        if (json.includes(`"${name}":`)) continue
        expect(schema.safeParse(JSON.parse(body)).success, body).toBe(false)
      }
    },
  )

  it('takes nothing that is no object', () => {
    for (const body of [null, [], [JSON.parse(json)], 'text', 1, true]) {
      expect(schema.safeParse(body).success, JSON.stringify(body)).toBe(false)
    }
  })
})

it('leaves the prototype of all objects as it was', () => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as { roles?: unknown }).roles).toBeUndefined()
})
