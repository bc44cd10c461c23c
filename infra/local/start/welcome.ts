import type { LocalSystem } from '../local-system.ts'
import { sampleDocks, samplePeople } from '../sample-people.ts'
import type { DataFolder } from './data-folder.ts'
import { DEFAULT_DATA_DIRECTORY } from './options.ts'
import { peopleTable } from './people-table.ts'
import { tryIt } from './try-it.ts'

export type Running = {
  system: LocalSystem
  /** Address of the developer's player. */
  player: string
  data: DataFolder
  /** Which ffmpeg does the work. */
  ffmpeg: string
}

/** What is printed once all runs: every address, who can sign in, and lines to paste. */
export function welcome({ system, player, data, ffmpeg }: Running): string {
  const { api, issuer, eventGrid, storage, timestamps, settings } = system
  const { tokenEndpoint, clientId } = issuer
  const blobUrl = /BlobEndpoint=([^;]+)/.exec(settings.FootageStorage ?? '')?.[1] ?? ''
  const addresses = {
    'HTTP endpoints': api,
    Player: player,
    'Sign-in (tokens)': tokenEndpoint,
    'OpenID issuer': issuer.issuer,
    'Blobs (with events)': blobUrl,
    Queues: storage.queueUrl,
    Tables: storage.tableUrl,
    'Event Grid topic': eventGrid.topicEndpoint,
    'Event faults': `${eventGrid.url}/faults`,
    'Timestamp authority': timestamps.certificateUrl,
    ffmpeg,
  }
  const width = Math.max(...Object.keys(addresses).map((name) => name.length))
  return [
    'Bluelamp runs.',
    '',
    ...Object.entries(addresses).map(([name, address]) => `  ${name.padEnd(width)}  ${address}`),
    `  ${'Docks'.padEnd(width)}  ${sampleDocks.map(({ name }) => name).join(', ')}`,
    '',
    'Sample people (no password):',
    peopleTable(samplePeople, new Date()),
    '',
    tryIt({ api, tokenEndpoint, clientId, player, dock: dockCommand(data) }),
    '',
    'Ctrl-C ends it.',
  ].join('\n')
}

/** The dock looks for the system in the usual folder; of any other it must be told. */
function dockCommand({ directory, file }: DataFolder): string {
  const usual = directory === DEFAULT_DATA_DIRECTORY
  return usual
    ? 'npm run dock --'
    : `npm run dock -- --endpoints ${file('endpoints.json')} --state-dir ${file('dock')}`
}
