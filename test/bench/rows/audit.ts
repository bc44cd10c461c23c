import { oidSchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { quantile } from '../harness/quantile.ts'
import type { Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'
import { secondsOf } from '../harness/stopwatch.ts'
import { startServices } from '../measure/services.ts'

/** So many look at one recording at the same moment. */
const AT_ONCE = 50

export const audit: Row = {
  name: 'audit',
  title:
    'Entries appended to audit trails: one after the other on one recording, 50 at once on one recording, and 50 at once on as many recordings.',
  async run(bench) {
    await using storage = await startServices()
    const { audit } = storage.services
    const alone = newFootageId()
    const append = (id = alone) =>
      audit.append(id, {
        action: 'metadata-viewed',
        actor: oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'),
        basis: 'Investigator/borough',
      })
    const calls = bench.quick ? 10 : 200
    const rounds = bench.repetitions(5)

    const times: number[] = []
    for (let n = 0; n < calls; n++) times.push(await secondsOf(() => append()))
    bench.say(`one by one: ${figure(1 / quantile(times, 0.5))} a second`)

    const crowded: number[] = []
    const spread: number[] = []
    for (let n = 0; n < rounds; n++) {
      const shared = newFootageId()
      const crowd = Array.from({ length: AT_ONCE }, () => shared)
      crowded.push(await secondsOf(() => Promise.all(crowd.map(append))))
      const entries = await audit.read(shared)
      if (entries.length !== AT_ONCE) throw new Error(`${entries.length} entries, not ${AT_ONCE}.`)
      const others = Array.from({ length: AT_ONCE }, () => newFootageId())
      spread.push(await secondsOf(() => Promise.all(others.map(append))))
      bench.say(`${n + 1}/${rounds} 50 at once: ${figure(crowded.at(-1) ?? 0)} s on one recording`)
    }
    const line = (name: string, seconds: number, entries: number) => [
      name,
      figure(entries / seconds),
      figure((seconds * 1000) / entries),
    ]
    return {
      head: ['', 'entries a second', 'ms an entry'],
      lines: [
        line('one after the other, one recording', quantile(times, 0.5), 1),
        line('50 at once, one recording', quantile(crowded, 0.5), AT_ONCE),
        line('50 at once, 50 recordings', quantile(spread, 0.5), AT_ONCE),
      ],
      goals: [],
      notes: ['Each chain was read afterwards: 50 entries each, none lost and none twice.'],
    }
  },
}
