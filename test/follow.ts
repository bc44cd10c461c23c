import { expect } from 'vitest'
import type { Scene } from './scene.ts'

/** How far a recording has come, as it is told to those who wait. */
export type Told = {
  percent: number
  renditions: { kind: string; percent: number }[]
  failures: object[]
}

/**
 * Follows a recording's Server-Sent Events to their end, as a browser does: it comes back with the
 * id of the last event until there is none any more.
 */
export async function followToEnd(scene: Scene, person: string, id: string): Promise<Told[]> {
  const told: Told[] = []
  for (let last = ''; ; ) {
    const headers = { accept: 'text/event-stream', ...(last && { 'last-event-id': last }) }
    const reply = await scene.as(person, 'GET', `/footage/${id}/events`, undefined, headers)
    if (reply.status === 204) return told
    expect(reply.status, reply.text).toBe(200)
    const data = /^data: (.*)$/m.exec(reply.text)?.[1]
    last = /^id: (.*)$/m.exec(reply.text)?.[1] ?? last
    if (data) told.push(JSON.parse(data) as Told)
  }
}

/** Fails if a percentage ever went back, of the whole or of a rendition. */
export function expectNeverBack(told: readonly Told[]): void {
  const shares = [
    told.map(({ percent }) => percent),
    ...['copy', 'proxy'].map((kind) =>
      told.flatMap(({ renditions }) => renditions.find((one) => one.kind === kind)?.percent ?? []),
    ),
  ]
  for (const share of shares) expect(share).toEqual(share.toSorted((a, b) => a - b))
}
