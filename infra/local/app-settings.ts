import { randomBytes } from 'node:crypto'
import type { EventGrid } from './event-grid/event-grid.ts'
import type { OpenIdIssuer } from './openid-issuer/openid-issuer.ts'
import type { TimestampAuthority } from './timestamp-authority/timestamp-authority.ts'

/** The tenant that the local issuer plays, and the app that its tokens are for. */
export const LOCAL_TENANT = '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21'
export const LOCAL_AUDIENCE = 'api://bluelamp'

/** The settings of the app on this machine; README.md lists them for Azure. */
export function appSettings(
  connectionString: string,
  issuer: OpenIdIssuer,
  eventGrid: EventGrid,
  timestamps: TimestampAuthority,
  overrides: Record<string, string> = {},
): Record<string, string> {
  return {
    AzureWebJobsStorage: connectionString,
    FootageStorage: connectionString,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(2 * 1024 * 1024),
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: LOCAL_AUDIENCE,
    AUTH_TENANT_ID: LOCAL_TENANT,
    AUTH_JWKS_URI: issuer.jwksUri,
    SIGNING_KEY: randomBytes(32).toString('base64'),
    DOMAIN_TOPIC_ENDPOINT: eventGrid.topicEndpoint,
    DOMAIN_TOPIC_KEY: eventGrid.topicKey,
    SWEEP_SCHEDULE: '*/30 * * * * *',
    SWEEP_IDLE_SECONDS: '60',
    ANCHOR_SCHEDULE: '0 * * * * *',
    WATCH_SCHEDULE: '45 * * * * *',
    DISPOSAL_SCHEDULE: '15 * * * * *',
    DISPOSAL_GRACE_HOURS: '168',
    TSA_URL: timestamps.url,
    TSA_CERTIFICATES: timestamps.certificatePem,
    ...environmentSettings(process.env),
    ...overrides,
  }
}

/** What a developer may set for one run; workers see no other variables of this process. */
const FROM_ENVIRONMENT = ['FFMPEG_PATH', 'FFPROBE_PATH', 'PROXY_POLICY', 'REASON_REQUIRED']

/** The settings that are given by the environment of this process. */
export const environmentSettings = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    FROM_ENVIRONMENT.flatMap((name) => {
      const value = environment[name]
      return value ? [[name, value]] : []
    }),
  )
