import { z } from 'zod'

/** An event in the Event Grid schema, as publishers send it. */
export const publishedEventSchema = z.looseObject({
  id: z.string().min(1),
  subject: z.string().min(1),
  eventType: z.string().min(1),
  eventTime: z.iso.datetime({ offset: true }),
  data: z.unknown(),
  dataVersion: z.string(),
  /** May be left out; if not, it is the id of the topic that is published to. */
  topic: z.string().nullish(),
  metadataVersion: z.literal('1').nullish(),
})

/** An event in the CloudEvents 1.0 JSON format: https://github.com/cloudevents/spec */
export const cloudEventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().optional(),
  time: z.iso.datetime({ offset: true }).optional(),
  data: z.unknown(),
})

/** An event in the Event Grid schema as subscribers see it. */
export type EventGridEvent = z.output<typeof publishedEventSchema> & {
  topic: string
  metadataVersion: '1'
}
export type CloudEvent = z.output<typeof cloudEventSchema>
export type GridEvent = EventGridEvent | CloudEvent

/** Whether an event is in the CloudEvents schema. */
export function isCloudEvent(event: GridEvent): event is CloudEvent {
  return 'specversion' in event
}

/** What an event tells of, by which subscriptions choose. */
export function typeOf(event: GridEvent): string {
  return isCloudEvent(event) ? event.type : event.eventType
}
