import { z } from 'zod'
import { BluelampError } from './errors.ts'

/** The regions footage may be kept or handled in. A start anywhere else is refused. */
const UK_REGIONS = ['uksouth', 'ukwest'] as const

const settingsSchema = z.object({
  FootageStorage: z.string().optional(),
  FootageStorage__blobServiceUri: z.url().optional(),
  FootageStorage__queueServiceUri: z.url().optional(),
  FootageStorage__tableServiceUri: z.url().optional(),
  AUTH_ISSUER: z.url(),
  AUTH_AUDIENCE: z.string().min(1),
  AUTH_TENANT_ID: z.uuid(),
  AUTH_JWKS_URI: z.url(),
  SIGNING_KEY: z.base64().refine((key) => Buffer.from(key, 'base64').length >= 32, {
    message: 'must be at least 32 random bytes in base64 (openssl rand -base64 32)',
  }),
  DOMAIN_TOPIC_ENDPOINT: z.url().optional(),
  DOMAIN_TOPIC_KEY: z.string().optional(),
  REASON_REQUIRED: z.stringbool().default(true),
  PROXY_POLICY: z.enum(['eager', 'on-view']).default('eager'),
  DISPOSAL_GRACE_HOURS: z.coerce
    .number()
    .nonnegative()
    .default(7 * 24),
  RETRY_SCALE: z.coerce.number().nonnegative().default(1),
  SWEEP_IDLE_SECONDS: z.coerce.number().int().positive().default(900),
  TSA_URL: z.url().optional(),
  TSA_CERTIFICATES: z.string().includes('-----BEGIN CERTIFICATE-----').optional(),
  /** Set by Azure to the display name of the region, for example "UK South". */
  REGION_NAME: z.string().optional(),
  FFMPEG_PATH: z.string().optional(),
  FFPROBE_PATH: z.string().optional(),
  PATH: z.string().optional(),
})

/** How to reach storage: a connection string (Azurite only) or the app's own identity. */
export type StorageConnection =
  | { kind: 'connection-string'; connectionString: string }
  | { kind: 'identity'; blobUri: string; queueUri: string; tableUri: string }

/** Everything that is set from outside. */
export type Config = {
  storage: StorageConnection
  auth: { issuer: string; audience: string; tenantId: string; jwksUri: string }
  signingKey: Uint8Array
  domainTopic: { endpoint: string; key: string | null } | null
  reasonRequired: boolean
  proxyPolicy: 'eager' | 'on-view'
  /** How long a disposal that was ordered can be called off. */
  disposalGraceMs: number
  /** Part of the waits before failed work is tried again; 1 is all of them. */
  retryScale: number
  /** How long a recording may stand still before the sweep looks at it. */
  sweepIdleMs: number
  /**
   * The authority that timestamps the anchors of audit trails (RFC 3161), and the certificates that
   * its tokens must lead to, in PEM. Without them tokens are checked by those that they carry.
   */
  timestamps: { url: string | null; trustedPem: string | null }
  /** Where ffmpeg and ffprobe are, and else the PATH to look for them. */
  media: Record<'ffmpeg' | 'ffprobe' | 'searchPath', string | undefined>
}

/**
 * Reads the settings: the only place that does.
 * @throws BluelampError `misconfigured`, naming each setting at fault but no value
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = settingsSchema.safeParse(withoutBlanks(environment))
  if (!parsed.success) throw misconfigured(z.prettifyError(parsed.error))
  const settings = parsed.data
  refuseForeignRegion(settings.REGION_NAME)
  return {
    storage: storageConnection(settings),
    auth: {
      issuer: settings.AUTH_ISSUER,
      audience: settings.AUTH_AUDIENCE,
      tenantId: settings.AUTH_TENANT_ID,
      jwksUri: settings.AUTH_JWKS_URI,
    },
    signingKey: Buffer.from(settings.SIGNING_KEY, 'base64'),
    domainTopic: settings.DOMAIN_TOPIC_ENDPOINT
      ? { endpoint: settings.DOMAIN_TOPIC_ENDPOINT, key: settings.DOMAIN_TOPIC_KEY ?? null }
      : null,
    reasonRequired: settings.REASON_REQUIRED,
    proxyPolicy: settings.PROXY_POLICY,
    disposalGraceMs: settings.DISPOSAL_GRACE_HOURS * 3_600_000,
    retryScale: settings.RETRY_SCALE,
    sweepIdleMs: settings.SWEEP_IDLE_SECONDS * 1000,
    timestamps: { url: settings.TSA_URL ?? null, trustedPem: settings.TSA_CERTIFICATES ?? null },
    media: {
      ffmpeg: settings.FFMPEG_PATH,
      ffprobe: settings.FFPROBE_PATH,
      searchPath: settings.PATH,
    },
  }
}

/** The account that every emulator has. Whoever holds the key of a real one could sign anything. */
const OF_AZURITE = /(^|;)(UseDevelopmentStorage=true|AccountName=devstoreaccount1)(;|$)/

function storageConnection(settings: z.infer<typeof settingsSchema>): StorageConnection {
  if (settings.FootageStorage) {
    if (!OF_AZURITE.test(settings.FootageStorage)) {
      throw misconfigured(
        'FootageStorage is a connection string with an account key, and not of Azurite. In Azure set FootageStorage__blobServiceUri, __queueServiceUri and __tableServiceUri.',
      )
    }
    return { kind: 'connection-string', connectionString: settings.FootageStorage }
  }
  const blobUri = settings.FootageStorage__blobServiceUri
  const queueUri = settings.FootageStorage__queueServiceUri
  const tableUri = settings.FootageStorage__tableServiceUri
  if (blobUri && queueUri && tableUri) return { kind: 'identity', blobUri, queueUri, tableUri }
  throw misconfigured(
    'Set FootageStorage to a connection string, or FootageStorage__blobServiceUri, __queueServiceUri and __tableServiceUri.',
  )
}

function refuseForeignRegion(regionName: string | undefined): void {
  if (regionName === undefined) return
  const region = regionName.toLowerCase().replaceAll(' ', '')
  if (!UK_REGIONS.some((allowed) => allowed === region)) {
    throw misconfigured(`Footage stays in the UK: ${UK_REGIONS.join(' or ')}, not ${region}.`)
  }
}

/** An empty setting is one that is not set: templates leave blanks. */
const withoutBlanks = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))

const misconfigured = (detail: string): BluelampError =>
  new BluelampError('misconfigured', `The settings are not usable: ${detail}`)
