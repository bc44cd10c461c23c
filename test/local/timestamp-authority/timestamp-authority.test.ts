import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startTimestampAuthority,
  type TimestampAuthority,
} from '../../../infra/local/timestamp-authority/timestamp-authority.ts'
import { createTimestampAuthority } from '../../../shared/audit/timestamp-authority.ts'
import { verifyToken } from '../../../shared/audit/timestamp-token.ts'

const run = promisify(execFile)
const DATA = Buffer.from('{"number":1,"root":"00"}')

const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
)

let authority: TimestampAuthority
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bluelamp-tsa-'))
  authority = await startTimestampAuthority()
})
afterAll(async () => {
  await authority.dispose()
  await rm(directory, { recursive: true, force: true })
})

const stamped = () => createTimestampAuthority(authority.url).stamp(DATA)

it('gives tokens that lead to its certificate', async () => {
  const verdict = await verifyToken(await stamped(), DATA, authority.certificatePem)
  expect(verdict).toMatchObject({
    valid: true,
    trusted: true,
    timestamp: { authority: 'Bluelamp local timestamps' },
  })
})

it('puts its own time into them', async () => {
  await using stack = new AsyncDisposableStack()
  const later = new Date(Date.now() + 60_000)
  const other = stack.adopt(await startTimestampAuthority({ now: () => later }), (started) =>
    started.dispose(),
  )
  const token = await createTimestampAuthority(other.url).stamp(DATA)
  await expect(verifyToken(token, DATA, other.certificatePem)).resolves.toMatchObject({
    timestamp: { at: later.toISOString() },
  })
})

it('is the same authority after a restart, and another without its folder', async () => {
  const one = await startTimestampAuthority({ dataDirectory: path.join(directory, 'kept') })
  const token = await createTimestampAuthority(one.url).stamp(DATA)
  await one.dispose()
  const again = await startTimestampAuthority({ dataDirectory: path.join(directory, 'kept') })
  await again.dispose()
  await expect(verifyToken(token, DATA, again.certificatePem)).resolves.toMatchObject({
    trusted: true,
  })
  await expect(verifyToken(token, DATA, authority.certificatePem)).resolves.toMatchObject({
    valid: false,
  })
})

it('refuses what is no query', async () => {
  const ask = (contentType: string, body: string) =>
    fetch(authority.url, { method: 'POST', headers: { 'content-type': contentType }, body })
  expect((await ask('text/plain', 'x')).status).toBe(415)
  const refused = await ask('application/timestamp-query', 'not ASN.1')
  expect(refused.headers.get('content-type')).toBe('application/timestamp-reply')
  // TimeStampResp { PKIStatusInfo { status INTEGER rejection(2) } }
  expect(Buffer.from(await refused.arrayBuffer())).toEqual(Buffer.from('30053003020102', 'hex'))
  expect((await ask('application/timestamp-query', 'x'.repeat(70_000))).status).toBe(413)
  expect((await fetch(authority.certificateUrl)).status).toBe(200)
  expect((await fetch(`${authority.url}other`)).status).toBe(404)
})

describe.runIf(hasOpenssl)('as OpenSSL sees it', () => {
  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    const file = path.join(directory, name)
    await writeFile(file, content)
    return file
  }
  const verify = async (data: Buffer, token: Buffer): Promise<string> => {
    const { stdout, stderr } = await run('openssl', [
      ...['ts', '-verify', '-token_in', '-in', await put('token.der', token)],
      ...[
        '-data',
        await put('data', data),
        '-CAfile',
        await put('ca.pem', authority.certificatePem),
      ],
    ])
    return stdout + stderr
  }

  it('is verified', async () => {
    await expect(verify(DATA, await stamped())).resolves.toContain('Verification: OK')
  })

  it('is not verified over something else', async () => {
    await expect(verify(Buffer.from('else'), await stamped())).rejects.toThrow(/imprint/)
  })

  it('answers the query of OpenSSL', async () => {
    const query = path.join(directory, 'query.tsq')
    const data = await put('data', DATA)
    await run('openssl', ['ts', '-query', '-data', data, '-sha256', '-cert', '-out', query])
    const response = await fetch(authority.url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: await readFile(query),
    })
    const reply = await put('reply.tsr', Buffer.from(await response.arrayBuffer()))
    const { stdout, stderr } = await run('openssl', [
      ...['ts', '-verify', '-queryfile', query, '-in', reply],
      ...['-CAfile', await put('ca.pem', authority.certificatePem)],
    ])
    expect(stdout + stderr).toContain('Verification: OK')
  })
})
