import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, vi } from 'vitest'
import {
  type DockOutcome,
  type DockRequest,
  dockRecording,
} from '../infra/local/docking-station/dock-recording.ts'
import {
  type LocalSystem,
  type LocalSystemOptions,
  startLocalSystem,
} from '../infra/local/local-system.ts'
import { sampleDocks, samplePeople } from '../infra/local/sample-people.ts'

/** The real recording: a street camera, 768×432, H.264 and AAC, 30.16 s (test/media/README.md). */
export const STREET = path.join(import.meta.dirname, 'media/car-detection.mp4')

/** How long a pipeline on a busy machine may take before a test gives up. */
export const PIPELINE_LIMIT_MS = 90_000

export type Reply = { status: number; headers: Headers; json: () => unknown; text: string }

/** A running system with the people and docks that tests let act on it. */
export type Scene = {
  system: LocalSystem
  /** What the app and its host said that was no mere information. */
  complaints: string[]
  /** All that they said, at whatever level. */
  lines: string[]
  /** A request as a sample person, or without a token. */
  as(
    person: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>
  /** Docks a file as the docking station would. */
  dock(recording: Partial<DockRequest> & { file: string }): Promise<DockOutcome>
  /** Waits until a recording is in one of these states, as an evidence manager sees it. */
  until(id: string, ...states: string[]): Promise<{ state: string }>
  [Symbol.asyncDispose](): Promise<void>
}

/** The sample person who has a role. */
export const personWith = (role: (typeof samplePeople)[number]['roles'][number]): string => {
  const person = samplePeople.find(({ roles }) => roles.includes(role))
  if (!person) throw new Error(`No sample person is ${role}.`)
  return person.name
}

/** Starts the whole system in memory, on free ports. */
export async function openScene(options: LocalSystemOptions = {}): Promise<Scene> {
  const complaints: string[] = []
  const lines: string[] = []
  const system = await startLocalSystem({
    ...options,
    log: ({ level, functionName, message }) => {
      lines.push(`${level} ${functionName}: ${message}`)
      if (level === 'error' || level === 'warning') complaints.push(`${functionName}: ${message}`)
    },
  })
  const stateDirectory = await mkdtemp(path.join(tmpdir(), 'bluelamp-dock-'))
  const [station] = sampleDocks
  if (!station) throw new Error('There is no sample dock.')

  const as: Scene['as'] = async (person, method, at, body, headers = {}) => {
    const authorization = person && `Bearer ${await system.issuer.tokenFor(person)}`
    const response = await fetch(at.startsWith('http') ? at : `${system.api}${at}`, {
      method,
      redirect: 'manual',
      headers: { ...(authorization && { authorization }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const { status } = response
    return { status, headers: response.headers, text, json: () => JSON.parse(text) as unknown }
  }

  return {
    system,
    complaints,
    lines,
    as,
    dock: (recording) =>
      dockRecording(
        {
          camera: { serial: 'VB4-000123', firmware: '1.18.3' },
          officer: 'P214567',
          unit: 'camden-response-1',
          borough: 'camden',
          durationSeconds: 30.16,
          ...recording,
          station: {
            api: system.api,
            tokenEndpoint: system.issuer.tokenEndpoint,
            scope: system.issuer.scope,
            clientId: station.clientId,
            clientSecret: station.secret,
            site: station.site,
            stateDirectory,
          },
        },
        { pollIntervalMs: 100 },
      ),
    until: (id, ...states) =>
      vi.waitFor(
        async () => {
          const reply = await as(personWith('EvidenceManager'), 'GET', `/footage/${id}/progress`)
          const seen = reply.json() as { state: string }
          expect(states, `state of ${id}`).toContain(seen.state)
          return seen
        },
        { timeout: PIPELINE_LIMIT_MS, interval: 200 },
      ),
    async [Symbol.asyncDispose]() {
      await system.dispose()
      await rm(stateDirectory, { recursive: true, force: true })
    },
  }
}

/** The id of a recording that was docked, and may be wiped from its camera. */
export function securedId(outcome: DockOutcome): string {
  if (outcome.outcome === 'secured' || outcome.outcome === 'already-secured') return outcome.id
  throw new Error(`It was not secured: ${JSON.stringify(outcome)}`)
}
