/** As much of a JSON Schema (2020-12) as the schemas of this API are made of. */
export type JsonSchema = {
  $ref?: string
  description?: string
  examples?: unknown[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  type?: string | string[]
  format?: string
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  propertyNames?: JsonSchema
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  minimum?: number
}

/** What stands for a text of a format of which nothing more is said. */
const OF_FORMAT: Record<string, string> = {
  'date-time': '2026-11-23T20:15:30.000Z',
  date: '2026-11-23',
  uri: 'https://bluelamp.example/somewhere',
  uuid: '5f6d2b1c-8a3e-4c7f-9b20-1d4e6f8a0c35',
}

/**
 * A value that fits a schema: what the schema gives as its example, and otherwise what follows from
 * its parts, so that an example is written once, where the smallest thing is declared.
 * @param resolve finds what a `$ref` names
 */
export function exampleOf(schema: JsonSchema, resolve: (ref: string) => JsonSchema): unknown {
  const of = (part: JsonSchema) => exampleOf(part, resolve)
  if (schema.examples) return schema.examples[0]
  if (schema.$ref !== undefined) return of(resolve(schema.$ref))
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.default !== undefined && schema.default !== null) return schema.default
  const one = schema.anyOf?.[0] ?? schema.oneOf?.[0]
  if (one) return of(one)
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(of))
  const type = [schema.type].flat()[0]
  if (type === 'object') return objectOf(schema, of)
  if (type === 'array') return schema.items ? [of(schema.items)] : []
  if (type === 'string') return OF_FORMAT[schema.format ?? ''] ?? 'text'
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1)
  return null
}

function objectOf(
  { properties = {}, additionalProperties, propertyNames }: JsonSchema,
  of: (part: JsonSchema) => unknown,
): object {
  const named = Object.entries(properties).map(([name, part]) => [name, of(part)])
  const others =
    typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
      ? [[String(of(propertyNames ?? { type: 'string' })), of(additionalProperties)]]
      : []
  return Object.fromEntries([...named, ...others])
}
