import path from 'node:path'
import { StorageSharedKeyCredential } from '@azure/storage-blob'
import { collectBuffersEarly } from '../../shared/collect-buffers.ts'
import { readTopology } from '../topology.ts'
import { appSettings, LOCAL_AUDIENCE, LOCAL_TENANT } from './app-settings.ts'
import { type Azurite, startAzurite } from './azurite.ts'
import { blobDeadLetters } from './event-grid/dead-letter.ts'
import { type EventGrid, startEventGrid } from './event-grid/event-grid.ts'
import type { Report } from './event-grid/report.ts'
import { functionWebhooks } from './event-grid/webhook-url.ts'
import { type FunctionsHost, startFunctionsHost } from './functions-host/host.ts'
import { LOCAL_KEYS } from './functions-host/keys.ts'
import type { Log } from './functions-host/log.ts'
import { type OpenIdIssuer, startOpenIdIssuer } from './openid-issuer/openid-issuer.ts'
import { type Player, startPlayer } from './player/player.ts'
import { type LocalPorts, portsFrom } from './ports.ts'
import { provision } from './provision.ts'
import { sampleDocks, samplePeople } from './sample-people.ts'
import { seedPeople } from './seed-people.ts'
import { connectionStringOf } from './storage-account.ts'
import { type StorageGateway, startStorageGateway } from './storage-gateway/gateway.ts'
import {
  startTimestampAuthority,
  type TimestampAuthority,
} from './timestamp-authority/timestamp-authority.ts'

/** How long running work may take to finish when the system is stopped; it is done again later. */
const DRAIN_MS = 3_000

/** The repository: package.json, host.json and dist/ are here. */
export const APP_DIRECTORY = path.resolve(import.meta.dirname, '../..')

export type LocalSystemOptions = {
  /** Folder in which storage and signing keys outlive this run. Without it all is in memory. */
  directory?: string
  /** First of a block of ports; without it any free ports. */
  port?: number
  /** Processes that run the app. */
  workers?: number
  /** Where another host runs the app, such as `func start`; without it the stand-in does. */
  otherHost?: string
  /** Settings of the app beside or in place of the usual ones. */
  settings?: Record<string, string>
  /** How long a killed worker's queue messages stay hidden; Azure's 10 minutes by default. */
  queueLeaseMs?: number
  /** Part of Event Grid's waits before it delivers again; 1 is Azure. */
  retryScale?: number
  log?: Log
  report?: (report: Report) => void
}

/** The whole of Bluelamp on one machine. */
export type LocalSystem = {
  /** Base of the HTTP endpoints, ending in /api. */
  api: string
  /** Null while another host runs the app. */
  host: FunctionsHost | null
  issuer: OpenIdIssuer
  eventGrid: EventGrid
  storage: Azurite
  player: Player
  timestamps: TimestampAuthority
  /** What the app is given: storage is reached through the gateway. */
  settings: Record<string, string>
  /** Enters the sample people; to be called once another host is up. */
  seed(): Promise<void>
  /** Stops everything in the order in which nothing is cut short. */
  dispose(): Promise<void>
}

/**
 * Starts storage, events, sign-in and the app, wired as the topology declares, and resolves when
 * the endpoints answer. The app itself must have been built.
 * @throws Error naming the part and the port, where one is taken; what had started is stopped again
 */
export async function startLocalSystem(options: LocalSystemOptions = {}): Promise<LocalSystem> {
  // All footage passes through this process's gateway.
  collectBuffersEarly()
  const stack = new AsyncDisposableStack()
  try {
    const system = await start(options, stack)
    const started = stack.move()
    return { ...system, dispose: () => started.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function start(
  options: LocalSystemOptions,
  stack: AsyncDisposableStack,
): Promise<Omit<LocalSystem, 'dispose'>> {
  const { directory, workers, queueLeaseMs, log } = options
  const ports = portsFrom(options.port)
  const topology = readTopology()
  const keep = <T extends { dispose(): Promise<void> }>(part: T): T =>
    stack.adopt(part, ({ dispose }) => dispose())
  let hostUrl = options.otherHost ?? ''

  const storage = keep(await startStorage(directory, ports))
  const eventGrid = keep(
    await startEventGrid({
      topology,
      port: ports.events,
      deliverTo: (subscription) =>
        functionWebhooks(hostUrl, LOCAL_KEYS.eventGridExtension)(subscription),
      deadLetters: blobDeadLetters(storage.connectionString),
      ...(options.retryScale !== undefined && { retryScale: options.retryScale }),
      ...(options.report && { report: options.report }),
    }),
  )
  const gateway = keep(await startGateway(storage, eventGrid, ports))
  const connectionString = connectionStringOf({ ...storage, blobUrl: gateway.blobUrl })
  await provision(topology, connectionString)
  const issuer = keep(
    await startOpenIdIssuer({
      port: ports.issuer,
      tenantId: LOCAL_TENANT,
      audience: LOCAL_AUDIENCE,
      people: samplePeople,
      docks: sampleDocks,
      ...(directory && { dataDirectory: path.join(directory, 'issuer') }),
    }),
  )
  const player = keep(await startPlayer(ports.player))
  const { allowedOrigins } = topology.app.cors
  const timestamps = keep(
    await startTimestampAuthority({
      port: ports.timestamps,
      ...(directory && { dataDirectory: path.join(directory, 'timestamp-authority') }),
    }),
  )
  const settings = appSettings(connectionString, issuer, eventGrid, timestamps, options.settings)
  const host = options.otherHost
    ? null
    : keep(
        await startFunctionsHost({
          appDirectory: APP_DIRECTORY,
          settings,
          port: ports.api,
          cors: { allowedOrigins: [...allowedOrigins, new URL(player.url).origin] },
          ...(workers && { workers }),
          limits: { drainMs: DRAIN_MS, ...(queueLeaseMs && { queueLeaseMs }) },
          ...(log && { log }),
        }),
      )
  if (host) hostUrl = host.url
  const api = `${hostUrl}/api`
  const seed = () => seedPeople(api, issuer, samplePeople)
  if (host) await seed()
  return { api, host, issuer, eventGrid, storage, player, timestamps, settings, seed }
}

const startStorage = (directory: string | undefined, ports: LocalPorts): Promise<Azurite> =>
  startAzurite({
    ports: { blob: ports.blobBehindGateway, queue: ports.queue, table: ports.table },
    ...(directory && { directory: path.join(directory, 'azurite') }),
  })

const startGateway = (
  storage: Azurite,
  eventGrid: EventGrid,
  ports: LocalPorts,
): Promise<StorageGateway> =>
  startStorageGateway({
    blobUrl: storage.blobUrl,
    credential: new StorageSharedKeyCredential(storage.accountName, storage.accountKey),
    publish: (event) => eventGrid.publish(event),
    port: ports.blob,
  })
