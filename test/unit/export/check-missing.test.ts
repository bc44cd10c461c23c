import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AuditAct, type AuditEntry, nextEntry } from '../../../shared/audit/chain.ts'
import { type MissingEntry, missingAct } from '../../../shared/audit/missing-entry.ts'
import { verifyTrail } from '../../../shared/audit/verify-trail.ts'
import { auditPapers } from '../../../shared/export/audit-papers.ts'
import { missingSection } from '../../../shared/export/check-trail-text.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'

const ACT: AuditAct = { action: 'footage-secured', actor: 'service' }
const GONE = { sequence: 2, hash: 'b'.repeat(64), at: '2026-11-23T10:00:00.000Z' }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-check-'))
})
afterEach(() => rm(folder, { recursive: true }))

it.each<[string, AuditAct[], MissingEntry[], boolean]>([
  ['holds where nothing was removed', [ACT, ACT], [], true],
  ['fails where the note of an entry outlasts it', [ACT], [GONE], false],
  ['fails where the trail tells of a removed entry', [ACT, missingAct(GONE)], [], false],
])('the check for removed entries %s, as the verifier does', async (_, acts, missing, whole) => {
  const footageId = newFootageId()
  const items: AuditEntry[] = []
  for (const act of acts) {
    items.push(nextEntry(footageId, items.at(-1) ?? null, act, new Date(0)))
  }
  const trail = { footageId, items, anchors: [], missing }
  await mkdir(path.join(folder, 'audit'))
  for (const { name, bytes } of auditPapers(trail, null).papers) {
    await writeFile(path.join(folder, name), bytes)
  }
  const line = missingSection().lines.find((one) => one.startsWith('    $ ')) ?? ''
  const { status } = spawnSync('sh', ['-c', line.slice('    $ '.length)], { cwd: folder })
  expect(status === 0).toBe(whole)
  await expect(verifyTrail(trail, null)).resolves.toMatchObject({ whole })
})
