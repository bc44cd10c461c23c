import { exampleOf, type JsonSchema } from './example-of.ts'

/** As much of a document as has examples. */
type Media = { schema?: JsonSchema; example?: unknown }
type Exemplified = {
  components?: { schemas?: Record<string, JsonSchema> }
  paths?: Record<string, Record<string, Operation>>
}
type Parameter = Media & { description?: string | undefined }
type Operation = {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Media> }
  responses?: Record<string, { content?: Record<string, Media> }>
}

const COMPONENT = '#/components/schemas/'

/**
 * The document with an example of each parameter, request and answer that has none of its own, and of
 * each parameter what its schema says of it.
 */
export function withExamples<D extends object>(document: D): D {
  const copy = structuredClone(document)
  const { components, paths = {} } = copy as Exemplified
  const resolve = (ref: string): JsonSchema =>
    components?.schemas?.[ref.slice(COMPONENT.length)] ?? {}
  const fill = (part: Media): void => {
    if (part.schema && !('example' in part) && !('examples' in part)) {
      part.example = exampleOf(part.schema, resolve)
    }
  }
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    for (const parameter of operation.parameters ?? []) {
      fill(parameter)
      parameter.description ??= descriptionOf(parameter.schema, resolve)
    }
    const bodies = [operation.requestBody, ...Object.values(operation.responses ?? {})]
    for (const [type, media] of bodies.flatMap((body) => Object.entries(body?.content ?? {}))) {
      // Of other texts a schema knows nothing more than that they are text.
      if (type.endsWith('json') || media.schema?.examples) fill(media)
    }
  }
  return copy
}

function descriptionOf(
  schema: JsonSchema | undefined,
  resolve: (ref: string) => JsonSchema,
): string | undefined {
  if (schema?.description !== undefined || schema?.$ref === undefined) return schema?.description
  return descriptionOf(resolve(schema.$ref), resolve)
}
