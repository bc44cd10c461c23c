import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid'
import { DefaultAzureCredential } from '@azure/identity'
import type { Oid } from '../clearance/person.ts'
import type { Config } from '../config.ts'
import type { FootageId } from '../footage/ids.ts'

/** What Bluelamp tells the systems around it. Never more than ids: who may look, asks. */
export type DomainEvent = FootageEvent | AccessEvent

/** What has become of a recording. */
export type FootageEvent = {
  type:
    | 'Bluelamp.FootageSecured'
    | 'Bluelamp.FootageMismatched'
    | 'Bluelamp.FootageIsolated'
    | 'Bluelamp.FootageUnplayable'
    | 'Bluelamp.FootageReady'
    | 'Bluelamp.FootageDisposed'
    | 'Bluelamp.WorkAbandoned'
    | 'Bluelamp.BreakGlassAsked'
    | 'Bluelamp.BreakGlassApproved'
    | 'Bluelamp.BreakGlassRefused'
    | 'Bluelamp.BreakGlassEnded'
  footageId: FootageId
  /** What of several tellings is the same news: two workers may tell it at once. */
  news?: string
}

/** That the access of a person was unusual on a day, and in what. */
export type AccessEvent = {
  type: 'Bluelamp.UnusualAccess'
  day: string
  actor: Oid
  finding: string
}

export type DomainEvents = { publish(event: DomainEvent): Promise<void> }

/** Publishes to the custom topic of the settings; without one, events go nowhere. */
export function createDomainEvents(topic: Config['domainTopic']): DomainEvents {
  if (!topic) return { publish: async () => {} }
  const credential = topic.key ? new AzureKeyCredential(topic.key) : new DefaultAzureCredential()
  const client = new EventGridPublisherClient(topic.endpoint, 'EventGrid', credential, {
    // Only a topic on this machine is reached without TLS.
    allowInsecureConnection: topic.endpoint.startsWith('http://127.0.0.1:'),
  })
  return {
    async publish(event) {
      await client.send([{ ...messageOf(event), dataVersion: '1' }])
    },
  }
}

function messageOf(event: DomainEvent) {
  if (event.type === 'Bluelamp.UnusualAccess') {
    const { type: eventType, ...data } = event
    return { eventType, subject: `access/${data.day}/${data.actor}`, data }
  }
  const { type: eventType, news, ...data } = event
  const subject = `footage/${data.footageId}`
  return { eventType, subject, data, ...(news !== undefined && { id: `${subject}/${news}` }) }
}
