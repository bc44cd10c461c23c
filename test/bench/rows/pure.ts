import { randomUUID } from 'node:crypto'
import { Bench as Tinybench } from 'tinybench'
import { samplePeople } from '../../../infra/local/sample-people.ts'
import { createTickets } from '../../../shared/access/tickets.ts'
import { decide } from '../../../shared/clearance/decide.ts'
import { principalSchema } from '../../../shared/clearance/person.ts'
import { ACTIONS } from '../../../shared/clearance/roles.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { footage } from '../../unit/footage-fixture.ts'
import type { Bench, Findings, Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')

/** Every sample person and every action, on recordings of several kinds. */
const CASES = samplePeople.flatMap((person) => {
  const principal = principalSchema.parse(person)
  const recordings = [
    footage(),
    footage({ borough: 'hackney', unit: 'hackney-cid' }),
    footage({ restrictions: ['child'] }),
    footage({ marking: 'SECRET' }),
    footage({ grants: [{ oid: principal.oid, level: 'view', until: '2026-12-01T00:00:00.000Z' }] }),
  ]
  return recordings.flatMap((recording) =>
    ACTIONS.map((action) => ({ principal, action, recording })),
  )
})

export const decisions: Row = {
  name: 'decisions',
  title:
    'Decisions of the pure policy: every sample person, every action, five kinds of recording.',
  async run(bench) {
    let allowed = 0
    const findings = await rates(bench, CASES.length, {
      decisions: () => {
        allowed = 0
        for (const { principal, action, recording } of CASES)
          if (decide(principal, action, recording, NOW).allowed) allowed += 1
      },
    })
    return { ...findings, notes: [`${CASES.length} cases, of which ${allowed} are allowed.`] }
  },
}

export const tickets: Row = {
  name: 'tickets',
  title: 'Playback tickets: sealed, and checked as each request of a player is.',
  async run(bench) {
    const { issue, open } = createTickets(new Uint8Array(32).fill(7))
    const [person] = samplePeople
    const { oid } = principalSchema.parse(person)
    const holder = { oid, footageId: newFootageId(), viewing: randomUUID() }
    const ticket = issue(holder)
    return rates(bench, 1, {
      'tickets issued': () => void issue(holder),
      'tickets opened': () => void open(ticket),
    })
  },
}

/** How often a second, when nothing is waited for; `each` is how many things one call does. */
async function rates(
  { quick, say }: Bench,
  each: number,
  tasks: Record<string, () => void | Promise<void>>,
): Promise<Findings> {
  const runner = new Tinybench({ time: quick ? 50 : 2_000, warmupTime: quick ? 10 : 500 })
  for (const [name, task] of Object.entries(tasks)) runner.add(name, task)
  await runner.run()
  const lines = runner.tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`)
    const { p50, p99 } = result.latency
    say(`${name}: ${((each * 1000) / p50).toFixed(0)} a second`)
    return [
      name,
      ((each * 1000) / p50).toFixed(0),
      figure((p50 * 1e3) / each),
      figure((p99 * 1e3) / each),
    ]
  })
  return { head: ['', 'a second', 'p50 µs', 'p99 µs'], lines, goals: [] }
}
