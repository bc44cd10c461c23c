import { readConfig } from '../../shared/config.ts'
import { composeServices, type Services } from '../../shared/services.ts'
import type { TestStorage } from './storage-fixture.ts'

/** The services as they are composed, with what they tell and send kept as lines of text. */
export type ComposedServices = { services: Services; told: string[]; sent: string[] }

export function composedServices(storage: TestStorage, now: () => Date): ComposedServices {
  const config = readConfig({
    FootageStorage: storage.azurite.connectionString,
    AUTH_ISSUER: 'https://login.example/v2.0',
    AUTH_AUDIENCE: 'api://bluelamp',
    AUTH_TENANT_ID: '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21',
    AUTH_JWKS_URI: 'https://login.example/keys',
    SIGNING_KEY: Buffer.alloc(32, 1).toString('base64'),
  })
  const [told, sent]: [string[], string[]] = [[], []]
  const services: Services = {
    ...composeServices(config, now),
    log: { info() {}, warn() {}, error() {} },
    events: {
      publish: async ({ type, ...data }) => {
        told.push(`${type} ${'footageId' in data ? data.footageId : data.actor}`)
      },
    },
    queues: {
      send: async (queue, message) => {
        sent.push(`${queue} ${message.footageId}`)
      },
      async *poisoned() {},
    },
  }
  return { services, told, sent }
}
