import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  startTimestampAuthority,
  type TimestampAuthority,
} from '../../../infra/local/timestamp-authority/timestamp-authority.ts'
import { anchorBytes, nextAnchor } from '../../../shared/audit/anchor.ts'
import { nextEntry } from '../../../shared/audit/chain.ts'
import { createTimestampAuthority } from '../../../shared/audit/timestamp-authority.ts'
import { verifyTrail } from '../../../shared/audit/verify-trail.ts'
import { auditPapers } from '../../../shared/export/audit-papers.ts'
import { type Contents, checkText } from '../../../shared/export/check-text.ts'
import { footage } from '../../unit/footage-fixture.ts'

const run = promisify(execFile)

/** Its certificates were good for ten years from then on. */
const LONG_AGO = new Date('2010-06-01T12:00:00.000Z')

let authority: TimestampAuthority
let folder: string
beforeAll(async () => {
  authority = await startTimestampAuthority({ now: () => LONG_AGO })
  folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-timestamp-'))
})
afterAll(async () => {
  await authority.dispose()
  await rm(folder, { recursive: true })
})

/** A trail of one entry, anchored and timestamped long ago. */
async function oldTrail() {
  const recording = footage()
  const entry = nextEntry(
    recording.id,
    null,
    { action: 'footage-secured', actor: 'service' },
    LONG_AGO,
  )
  const { sequence, hash } = entry
  const heads = [{ footageId: recording.id, sequence, hash }]
  const { anchor, inclusions } = nextAnchor(null, heads, LONG_AGO)
  const { stamp } = createTimestampAuthority(authority.url)
  const token = (await stamp(anchorBytes(anchor))).toString('base64')
  const anchors = [{ number: 1, anchor, inclusion: inclusions[0] ?? null, token }]
  return { recording, trail: { footageId: recording.id, items: [entry], anchors, missing: [] } }
}

it('of an authority whose certificate has expired since holds by the instructions of a package', async () => {
  const { recording, trail } = await oldTrail()
  const audit = auditPapers(trail, authority.certificatePem)
  for (const { name, bytes } of audit.papers) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
  const contents: Partial<Contents> = { footage: recording, packed: [], audit, plan: null }
  const instructions = checkText(contents as Contents)
  const [, verify = ''] = /^ {4}\$ (openssl ts -verify .+)$/m.exec(instructions) ?? []
  const shell = (command: string) => run('sh', ['-c', command], { cwd: folder })
  await expect(shell(verify)).resolves.toMatchObject({
    stdout: expect.stringContaining('Verification: OK'),
  })
  const withoutTime = verify.replace(/ -attime \d+/, '')
  await expect(shell(withoutTime)).rejects.toThrow('certificate has expired')
  const beforeIt = verify.replace(/-attime \d+/, '-attime 1000000000')
  await expect(shell(beforeIt)).rejects.toThrow('not yet valid')
})

it('and by the verification of a trail, with the certificate that is trusted', async () => {
  const { trail } = await oldTrail()
  await expect(verifyTrail(trail, authority.certificatePem)).resolves.toMatchObject({
    whole: true,
    anchored: { timestamp: { at: LONG_AGO.toISOString(), trusted: true } },
  })
})
