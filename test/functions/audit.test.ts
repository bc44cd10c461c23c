import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { TableClient } from '@azure/data-tables'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LOCAL_KEYS } from '../../infra/local/functions-host/keys.ts'
import type { ExportedTrail } from '../../shared/audit/exported-trail.ts'
import {
  AUDITOR,
  DOCK,
  INVESTIGATOR,
  type LocalApp,
  type Opened,
  OTHER_BOROUGH,
  send,
  startApp,
  uploadRequest,
} from './local-app.ts'

const run = promisify(execFile)
const TOOL = path.resolve(import.meta.dirname, '../../infra/tools/verify-audit.ts')

let app: LocalApp
let id: string
beforeAll(async () => {
  const never = '0 0 0 1 1 *'
  app = await startApp({ ANCHOR_SCHEDULE: never, SWEEP_SCHEDULE: never })
  const request = uploadRequest('abc')
  const opened = (await app.call(DOCK, 'POST', 'uploads', request)).json as Opened
  await send(opened, 'recording', 'abc')
  id = opened.id
  await vi.waitFor(
    async () => {
      const status = await app.call(DOCK, 'GET', `uploads/${id}`)
      expect(status.json).toMatchObject({ mayWipe: true })
    },
    { timeout: 15_000, interval: 100 },
  )
})
afterAll(() => app?.[Symbol.asyncDispose]())

const verdict = async (): Promise<object> =>
  (await app.call(AUDITOR, 'GET', `footage/${id}/audit/verify`)).json as object
const trail = async (): Promise<ExportedTrail> =>
  (await app.call(AUDITOR, 'GET', `footage/${id}/audit`)).json as ExportedTrail

/** Runs the timer now, and waits until it has anchored and timestamped the trail. */
async function anchor(): Promise<void> {
  const response = await fetch(`${app.system.host?.url}/admin/functions/anchorAudit`, {
    method: 'POST',
    headers: { 'x-functions-key': LOCAL_KEYS.master },
    body: '{}',
  })
  expect(response.status).toBe(202)
  await vi.waitFor(
    async () =>
      expect(await verdict()).toMatchObject({
        unanchored: null,
        anchored: { timestamp: expect.anything() },
      }),
    { timeout: 15_000, interval: 100 },
  )
}

describe('the trail of a recording', () => {
  it('is whole before anything is anchored, and says what vouches for it after that', async () => {
    expect(await verdict()).toMatchObject({ whole: true, anchored: null, unanchored: { from: 1 } })
    await anchor()
    const { items } = await trail()
    expect(await verdict()).toMatchObject({
      whole: true,
      entries: items.length,
      head: items.at(-1)?.hash,
      // Reading the trail is the entry since.
      anchored: {
        upTo: items.length - 1,
        timestamp: { authority: 'Bluelamp local timestamps', trusted: true },
      },
      unanchored: { from: items.length },
    })
  })

  it('can be saved and checked by the tool, with the certificate of the authority', async () => {
    await anchor()
    const directory = await mkdtemp(path.join(tmpdir(), 'bluelamp-trail-'))
    try {
      const saved = path.join(directory, 'trail.json')
      await writeFile(saved, (await app.call(AUDITOR, 'GET', `footage/${id}/audit`)).text)
      const ca = path.join(directory, 'ca.pem')
      const { certificateUrl } = app.system.timestamps
      await writeFile(ca, await (await fetch(certificateUrl)).text())
      const { stdout } = await run(process.execPath, [TOOL, saved, '--tsa-cert', ca])
      expect(stdout).toMatch(/^WHOLE: .*\nAnchor \d+ of .* vouches for entries 1 to \d+\.\n/)
      expect(stdout).toContain('leads to one that you trust')
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('says what an original was taken for, and from where, whatever address the caller claims', async () => {
    const token = await app.system.issuer.tokenFor(INVESTIGATOR)
    const take = (purpose: string) =>
      fetch(`${app.system.api}/footage/${id}/original`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'x-forwarded-for': '203.0.113.9',
        },
        body: JSON.stringify({ reason: 'case file', purpose }),
      })
    const refused = await take('curiosity')
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ errors: [{ field: 'purpose' }] })
    expect((await take('case-preparation')).status).toBe(201)
    const taken = (await trail()).items.find((entry) => entry?.action === 'original-taken')
    expect(taken).toMatchObject({
      reason: 'case file',
      purpose: 'case-preparation',
      clientAddress: '127.0.0.1',
    })
  })

  it('is read in pages, on record once, that are checked as one', async () => {
    await anchor()
    const directory = await mkdtemp(path.join(tmpdir(), 'bluelamp-pages-'))
    try {
      const files: string[] = []
      const sequences: (number | undefined)[] = []
      for (let next: string | null = ''; next !== null; ) {
        const query: string = new URLSearchParams({
          limit: '1',
          ...(next && { cursor: next }),
        }).toString()
        const page = await app.call(AUDITOR, 'GET', `footage/${id}/audit?${query}`)
        const { items, next: following } = page.json as ExportedTrail
        sequences.push(...items.map((item) => item?.sequence))
        files.push(path.join(directory, `${files.length}.json`))
        await writeFile(files.at(-1) ?? '', page.text)
        next = following
      }
      expect(files.length).toBeGreaterThan(2)
      expect(sequences).toEqual(sequences.map((_, index) => index + 1))
      const { stdout } = await run(process.execPath, [TOOL, ...files])
      expect(stdout).toMatch(/^WHOLE: .*\nAnchor \d+ of .* vouches for entries 1 to \d+\.\n/)
      expect(await verdict()).toMatchObject({ entries: sequences.length })
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it.each([INVESTIGATOR, OTHER_BOROUGH, null])('is not for %s', async (who) => {
    const expected = who ? 404 : 401
    for (const at of ['audit', 'audit/verify']) {
      expect((await app.call(who, 'GET', `footage/${id}/${at}`)).status).toBe(expected)
    }
  })

  it('shows a tail that was cut off in the table', async () => {
    await anchor()
    const { items } = await trail()
    const sequences = items.flatMap((item) => item?.sequence ?? [])
    const table = TableClient.fromConnectionString(app.system.storage.connectionString, 'audit', {
      allowInsecureConnection: true,
    })
    for (const sequence of sequences.slice(-2)) {
      await table.deleteEntity(id, String(9_999_999_999 - sequence).padStart(10, '0'))
    }
    expect(await verdict()).toMatchObject({
      whole: false,
      brokenAt: items.length - 1,
      because: 'truncated',
    })
  })
})
