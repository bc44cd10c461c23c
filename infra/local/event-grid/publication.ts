import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { cloudEventSchema, type GridEvent, publishedEventSchema } from './events.ts'

/** What became of a request to publish; the service takes all events of a request or none. */
export type Publication =
  | { kind: 'accepted'; events: GridEvent[] }
  | { kind: 'refused'; status: 400 | 401; message: string }

/**
 * Checks what was posted to a custom topic and adds what Event Grid adds. Unlike a topic in Azure,
 * which is made for one schema, this one takes both: the content type says which.
 */
export function acceptPublication(
  headers: IncomingHttpHeaders,
  body: string,
  { topic, topicKey }: { topic: string; topicKey: string },
): Publication {
  if (!isSame(headers['aeg-sas-key']?.toString() ?? '', topicKey)) {
    return refused(401, 'the header aeg-sas-key is missing or is not the key of this topic')
  }
  const json = parseJson(body)
  if (json === undefined) return refused(400, 'the body is not JSON')
  const events = parseEvents(headers['content-type'] ?? '', json, topicId(topic))
  if (events.success) return { kind: 'accepted', events: events.data }
  return refused(400, z.prettifyError(events.error))
}

function parseEvents(contentType: string, json: unknown, topic: string) {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase()
  if (mediaType === 'application/cloudevents+json') {
    return z.tuple([cloudEventSchema]).safeParse([json])
  }
  if (mediaType === 'application/cloudevents-batch+json') {
    return z.array(cloudEventSchema).safeParse(json)
  }
  const own = publishedEventSchema
    .refine((event) => !event.topic || event.topic === topic, {
      error: `expected no topic, or ${topic}`,
      path: ['topic'],
    })
    .transform((event) => ({ ...event, topic, metadataVersion: '1' as const }))
  return z.array(own).safeParse(json)
}

function topicId(name: string): string {
  return `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.EventGrid/topics/${name}`
}

function refused(status: 400 | 401, message: string): Publication {
  return { kind: 'refused', status, message }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
