import { checkStoredTrail } from '../../../shared/audit/check-trail.ts'
import { oidSchema } from '../../../shared/clearance/person.ts'
import { type FootageId, newFootageId } from '../../../shared/footage/ids.ts'
import { quantile } from '../harness/quantile.ts'
import type { Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'
import { secondsOf } from '../harness/stopwatch.ts'
import { startServices } from '../measure/services.ts'

/** So many look at one recording at the same moment. */
const AT_ONCE = 50
/** As many entries as a page of a trail has at most. */
const PAGE = 1000

export const audit: Row = {
  name: 'audit',
  title:
    'Entries appended to audit trails: one after the other, 50 at once on one recording and on as many; on a new and on a long one by turns. And a long one read and verified.',
  async run(bench) {
    await using storage = await startServices()
    const { services } = storage
    const { audit } = services
    const append = (id: FootageId) =>
      audit.append(id, {
        action: 'metadata-viewed',
        actor: oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'),
        basis: 'Investigator/borough',
      })
    let part = 0
    const appendOnce = (id: FootageId) =>
      audit.appendOnce(id, {
        action: 'footage-secured',
        actor: 'service',
        detail: { part: part++ },
      })
    const grow = async (id: FootageId, length: number) => {
      const crowd = Array.from({ length: AT_ONCE }, () => id)
      for (let n = 0; n < length; n += AT_ONCE) await Promise.all(crowd.map(append))
    }
    const calls = bench.quick ? 5 : 100
    const rounds = bench.repetitions(5)
    const length = bench.quick ? 200 : 10_000

    const alone: number[] = []
    const first = newFootageId()
    for (let n = 0; n < calls; n++) alone.push(await secondsOf(() => append(first)))
    const crowded: number[] = []
    const spread: number[] = []
    for (let n = 0; n < rounds; n++) {
      const shared = newFootageId()
      crowded.push(await secondsOf(() => grow(shared, AT_ONCE)))
      const entries = await audit.read(shared)
      if (entries.length !== AT_ONCE) throw new Error(`${entries.length} entries, not ${AT_ONCE}.`)
      const others = Array.from({ length: AT_ONCE }, () => newFootageId())
      spread.push(await secondsOf(() => Promise.all(others.map(append))))
      bench.say(`${n + 1}/${rounds} 50 at once: ${figure(crowded.at(-1) ?? 0)} s on one recording`)
    }
    const [short, long] = [newFootageId(), newFootageId()]
    bench.say(`growing a trail of ${length} entries`)
    await grow(long, length)
    const beside = { short: [], long: [], 'short once': [], 'long once': [] } as Record<
      string,
      number[]
    >
    for (let n = 0; n < calls; n++) {
      for (const [name, id] of [['short', short] as const, ['long', long] as const]) {
        beside[name]?.push(await secondsOf(() => append(id)))
        beside[`${name} once`]?.push(await secondsOf(() => appendOnce(id)))
      }
    }

    const page = await secondsOf(() =>
      audit.page(long, { after: length / 2, upTo: length / 2 + PAGE }),
    )
    const verified = await secondsOf(async () => {
      const { whole } = await checkStoredTrail(services, long)
      if (!whole) throw new Error('The long trail is broken.')
    })
    const line = (name: string, seconds: number, entries: number) => [
      name,
      figure(entries / seconds),
      figure((seconds * 1000) / entries),
    ]
    const median = (name: string) => quantile(beside[name] ?? [], 0.5)
    return {
      head: ['', 'entries a second', 'ms an entry'],
      lines: [
        line('one after the other, one recording', quantile(alone, 0.5), 1),
        line('50 at once, one recording', quantile(crowded, 0.5), AT_ONCE),
        line('50 at once, 50 recordings', quantile(spread, 0.5), AT_ONCE),
        line(`in a store of ${length} entries: behind none`, median('short'), 1),
        line(`in a store of ${length} entries: behind all of them`, median('long'), 1),
        line('to stand there once: behind none', median('short once'), 1),
        line('to stand there once: behind all of them', median('long once'), 1),
        line(`a page from the middle of ${length} entries`, page, Math.min(PAGE, length / 2)),
        line(`all ${length + 2 * calls} entries verified as they are stored`, verified, length),
      ],
      goals: [
        {
          what: `an entry behind ${length} others against one on a new recording`,
          seen: median('long') / median('short'),
          atMost: 1.5,
          unit: '×',
        },
      ],
      notes: [
        'Each chain was read afterwards: 50 entries each, none lost and none twice. Azurite looks through all rows of a table for each request, so a store of many entries is slower for all of them.',
      ],
    }
  },
}
