import { expect, it, vi } from 'vitest'
import { ADMINISTRATOR, AUDITOR, OTHER_BOROUGH } from '../../functions/local-app.ts'
import { body, OFFICER, oidOf, reason } from './inputs.ts'
import { seen, sees, stage, tokenOf } from './stage.ts'

/** What is entered of people and cameras. */
export function tellOfRegisters(): void {
  it('to the people register', async () => {
    const params = { oid: oidOf(OTHER_BOROUGH) }
    const found = await sees('getPerson', 200, ADMINISTRATOR, { params })
    const entry = found.json() as { officer: string; assignments: object[] }
    const headers = { 'if-match': found.headers.get('etag') ?? '' }
    const assignments = Array.from({ length: 200 }, (_, n) => ({ type: 'crime', value: `${n}/26` }))
    const busy = { ...entry, reason, assignments }
    await sees('putPerson', 200, ADMINISTRATOR, { params, headers, body: busy })
    await sees('putPerson', 412, ADMINISTRATOR, { params, headers, body: { ...entry, reason } })
    await sees('personHistory', 200, ADMINISTRATOR, { params })
    const taken = { ...entry, reason, officer: OFFICER.officer }
    const now = await sees('personAssignments', 200, ADMINISTRATOR, { params })
    const version = { 'if-match': now.headers.get('etag') ?? '' }
    await sees('putPerson', 409, ADMINISTRATOR, { params, headers: version, body: taken })
    await sees('findPeople', 200, ADMINISTRATOR, { query: { officer: entry.officer } })
    const another = { params: { ...params, type: 'incident', value: '4417' }, body }
    await sees('assignOfficer', 428, ADMINISTRATOR, another)
    await sees('assignOfficer', 412, ADMINISTRATOR, { ...another, headers })
    await sees('assignOfficer', 409, ADMINISTRATOR, { ...another, headers: version })
    const first = { params: { ...params, type: 'crime', value: '0/26' }, body }
    await sees('unassignOfficer', 428, ADMINISTRATOR, first)
    await sees('unassignOfficer', 412, ADMINISTRATOR, { ...first, headers })
    const ended = await sees('unassignOfficer', 200, ADMINISTRATOR, { ...first, headers: version })
    const later = { 'if-match': ended.headers.get('etag') ?? '' }
    await sees('assignOfficer', 200, ADMINISTRATOR, { ...another, headers: later })
    await sees('importPeople', 200, ADMINISTRATOR, { query: { dryRun: 'true' }, body: csv('x') })
    // Two files for the same people at the same time: one of them comes too late for some row.
    await vi.waitFor(
      async () => {
        const token = await tokenOf(ADMINISTRATOR)
        const both = ['a', 'b'].map((unit) =>
          stage().api.call(
            'importPeople',
            { query: body, body: csv(`${unit}-${crypto.randomUUID()}`) },
            token,
          ),
        )
        const statuses = (await Promise.all(both)).map(({ status }) => status)
        for (const status of statuses) seen.add(`importPeople ${status}`)
        expect(statuses).toContain(412)
      },
      { timeout: 20_000, interval: 1 },
    )
    await sees('importPeople', 200, ADMINISTRATOR, { query: body, body: csv('at-last') })
  })

  it('to the register of cameras', async () => {
    const serial = `VB-${crypto.randomUUID()}`
    const issue = (from: string) => ({ params: { serial, from } })
    const early = issue('2026-11-01T08:00:00Z')
    const entered = await sees('issueCamera', 200, ADMINISTRATOR, { ...early, body: OFFICER })
    const headers = { 'if-match': entered.headers.get('etag') ?? '' }
    const late = { ...issue('2026-11-02T08:00:00Z'), body: OFFICER }
    await sees('issueCamera', 409, ADMINISTRATOR, { ...late, headers })
    await sees('issueCamera', 412, ADMINISTRATOR, { ...early, body: OFFICER })
    await sees('getCamera', 200, ADMINISTRATOR, { params: { serial } })
    await sees('cameraHistory', 200, AUDITOR, { params: { serial } })
    await sees('camerasOfOfficer', 200, AUDITOR, { query: { officer: OFFICER.officer } })
    const withdrawn = { ...early, body }
    await sees('withdrawCameraIssue', 428, ADMINISTRATOR, withdrawn)
    const stale = { 'if-match': '"rev-0"' }
    await sees('withdrawCameraIssue', 412, ADMINISTRATOR, { ...withdrawn, headers: stale })
    await sees('withdrawCameraIssue', 200, ADMINISTRATOR, { ...withdrawn, headers })
    await sees('camerasUnassigned', 200, ADMINISTRATOR)
  })
}

/** So many people of HR, whom nobody else here knows. */
const csv = (unit: string): string =>
  [
    'oid,officer,unit,borough,vetting',
    ...Array.from({ length: 30 }, (_, n) => {
      const number = String(n).padStart(3, '0')
      return `1b8f6f5e-3d0b-4c53-9d55-000000000${number},HR${number}000,${unit},camden,`
    }),
  ].join('\n')
