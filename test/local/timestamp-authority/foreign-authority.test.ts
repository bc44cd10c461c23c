import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerQuery } from '../../../infra/local/timestamp-authority/responder.ts'
import { certificatesOf, verifyToken } from '../../../shared/audit/timestamp-token.ts'

const run = promisify(execFile)
const DATA = Buffer.from('what is to be timestamped')

const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
)

/** As authorities on the internet are: RSA, a root, an authority below it, a signer below that. */
const CONFIG = `
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[signer]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[lax]
extendedKeyUsage = timeStamping
[wide]
extendedKeyUsage = critical,timeStamping,codeSigning
[tsa]
default_tsa = here
[here]
serial = serial
default_policy = 2.999.1
digests = sha256, sha1
signer_digest = sha256
signer_cert = signer.pem
signer_key = signer.key
certs = middle.pem
tsa_name = yes
ordering = yes
accuracy = secs:1, millisecs:500, microsecs:100
`

describe.runIf(hasOpenssl)('tokens that were made by OpenSSL', () => {
  let directory: string
  const file = (name: string) => path.join(directory, name)
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory })

  /** A key and its certificate, signed by an earlier one or by itself. */
  async function certify(name: string, extensions: string, issuer?: string): Promise<void> {
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`]
    const by = issuer ? ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`] : []
    const rest = ['-subj', `/O=Example/CN=${name}`, '-days', '30', '-out', `${name}.pem`]
    const config = ['-config', 'openssl.cnf', '-extensions', extensions]
    await openssl('req', '-x509', ...key, ...by, ...rest, ...config)
  }

  async function stamp(...options: string[]): Promise<Buffer> {
    await openssl('ts', '-query', '-data', 'data', '-cert', ...options, '-out', 'query.tsq')
    const reply = ['-queryfile', 'query.tsq', '-token_out', '-out', 'token.der']
    await openssl('ts', '-reply', '-config', 'openssl.cnf', ...reply)
    return readFile(file('token.der'))
  }

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'bluelamp-openssl-'))
    await writeFile(file('openssl.cnf'), CONFIG)
    await writeFile(file('serial'), '01')
    await writeFile(file('data'), DATA)
    await certify('root', 'ca')
    await certify('middle', 'ca', 'root')
    await certify('signer', 'signer', 'middle')
    await certify('other', 'ca')
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const pem = (name: string) => readFile(file(`${name}.pem`), 'utf8')

  it('are verified up to the root, through the authority in between', async () => {
    const token = await stamp('-sha256')
    await expect(verifyToken(token, DATA, await pem('root'))).resolves.toMatchObject({
      valid: true,
      trusted: true,
      timestamp: { authority: 'signer' },
    })
  })

  it('are not verified by another root', async () => {
    const token = await stamp('-sha256')
    await expect(verifyToken(token, DATA, await pem('other'))).resolves.toMatchObject({
      valid: false,
    })
  })

  it('are not taken over SHA-1', async () => {
    await expect(verifyToken(await stamp('-sha1'), DATA, null)).resolves.toEqual({
      valid: false,
      because: 'not over SHA-256',
    })
  })

  it.each(['ca', 'lax', 'wide'])(
    'are not taken of a certificate that is not for timestamping alone (%s)',
    async (extensions) => {
      await certify('loose', extensions)
      await openssl('ts', '-query', '-data', 'data', '-sha256', '-cert', '-out', 'query.tsq')
      await openssl(
        'pkcs8',
        '-topk8',
        '-nocrypt',
        '-in',
        'loose.key',
        '-outform',
        'DER',
        '-out',
        'loose.der',
      )
      const [certificate] = certificatesOf(await pem('loose'))
      if (!certificate) throw new Error('There is no certificate.')
      const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      const pkcs8 = Uint8Array.from(await readFile(file('loose.der')))
      const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign'])
      const signer = { key, certificate, authorityPem: '' }
      const reply = await answerQuery(await readFile(file('query.tsq')), signer, new Date())
      await writeFile(file('reply.tsr'), reply)
      await openssl('ts', '-reply', '-in', 'reply.tsr', '-token_out', '-out', 'token.der')
      const token = await readFile(file('token.der'))
      await expect(verifyToken(token, DATA, null)).resolves.toEqual({
        valid: false,
        because: 'the certificate is not for timestamping',
      })
    },
  )
})
