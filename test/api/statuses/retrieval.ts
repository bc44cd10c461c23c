import { it } from 'vitest'
import { ADMINISTRATOR, AUDITOR, INVESTIGATOR, MANAGER } from '../../functions/local-app.ts'
import { changes } from './changes.ts'
import { body, oidOf, reason } from './inputs.ts'
import { recordings, sees } from './stage.ts'

/** The ticket of a viewing that was opened. */
export const viewing = { ticket: '' }

/** What is looked at, played and read. */
export function tellOfRetrieval(): void {
  it('by those who watch and are watched', async () => {
    const params = { id: recordings.ready }
    await sees('searchFootage', 200, INVESTIGATOR, { query: { borough: 'camden', limit: '2' } })
    await sees('footageDetail', 200, INVESTIGATOR, { params })
    await sees('footageProgress', 200, INVESTIGATOR, { params })
    const event = await sees('followProgress', 200, INVESTIGATOR, { params })
    const [, last = ''] = /^id: (.+)$/m.exec(event.text) ?? []
    await sees('followProgress', 204, INVESTIGATOR, { params, headers: { 'last-event-id': last } })
    await sees('footagePoster', 302, INVESTIGATOR, { params })
    for (const query of [{}, { check: '0' }, { check: 'all' }]) {
      await sees('footageProvenance', 200, INVESTIGATOR, { params, query })
    }
    await sees('footageProvenance', 409, INVESTIGATOR, { params: { id: recordings.announced } })
    await sees('takeOriginal', 409, INVESTIGATOR, { params: { id: recordings.announced }, body })
    await sees('takeOriginal', 201, INVESTIGATOR, { params, body })
    await sees('openPlayback', 409, INVESTIGATOR, { params: { id: recordings.announced }, body })
    await sees('readAudit', 200, AUDITOR, { params })
    await sees('verifyAudit', 200, AUDITOR, { params })
    await sees('unusualAccess', 200, AUDITOR)
    const person = { params: { oid: oidOf(INVESTIGATOR) } }
    await sees('attemptsOfPerson', 200, AUDITOR, person)
    await sees('consultationsOfPerson', 200, AUDITOR, person)
    await sees('health', 200, null)
    await sees('apiDocument', 200, null)
  })

  it('by players', async () => {
    const open = async () => {
      const opened = await sees('openPlayback', 201, INVESTIGATOR, {
        params: { id: recordings.ready },
        body,
      })
      const { url, viewing } = opened.json() as { url: string; viewing: string }
      return { viewing, ticket: url.split('/').at(-2) ?? '' }
    }
    const asks = (ticket: string, file: string, status: number) =>
      sees('play', status, null, { params: { ticket, file } })
    const first = await open()
    await asks(first.ticket, 'master.m3u8', 200)
    await asks(first.ticket, 'copy.m3u8', 200)
    await asks(first.ticket, 'storyboard.vtt', 200)
    await asks(first.ticket, 'copy-0000.mp4', 302)
    viewing.ticket = first.ticket
    const params = { id: recordings.ready, viewing: first.viewing }
    await sees('renewPlayback', 200, INVESTIGATOR, { params })
    await sees('endPlayback', 204, INVESTIGATOR, { params, body })
    await sees('renewPlayback', 410, INVESTIGATOR, { params })
    await asks(first.ticket, 'master.m3u8', 410)
    const second = await open()
    await sees('closePlayback', 204, null, { params: { ticket: second.ticket } })
    const third = await open()
    await sees('endPlaybacks', 200, MANAGER, { params: { id: recordings.ready }, body })
    await asks(third.ticket, 'master.m3u8', 410)
    const fourth = await open()
    const restrict = (restrictions: string[]) =>
      changes('amendFootage', 200, recordings.ready, { body: { reason, restrictions } })
    await restrict(['child'])
    await asks(fourth.ticket, 'master.m3u8', 403)
    await restrict([])
    const oid = oidOf(INVESTIGATOR)
    await sees('endPlaybacksOfPerson', 200, ADMINISTRATOR, { params: { oid }, body })
  })
}
