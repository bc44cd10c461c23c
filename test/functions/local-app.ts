import { createHash, randomUUID } from 'node:crypto'
import { BlockBlobClient } from '@azure/storage-blob'
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts'

/** An answer as a test looks at it. */
export type Answer = { status: number; headers: Headers; text: string; json: unknown }

/** The whole app on this machine, as its callers see it. */
export type LocalApp = AsyncDisposable & {
  system: LocalSystem
  /** Calls the app as that person or dock; null for nobody. */
  call(who: string | null, method: string, path: string, body?: unknown): Promise<Answer>
}

export async function startApp(settings: Record<string, string> = {}): Promise<LocalApp> {
  const system = await startLocalSystem({ settings, log: () => {}, retryScale: 0.001 })
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (who: string): Promise<string> => {
    const token = tokens.get(who) ?? system.issuer.tokenFor(who)
    tokens.set(who, token)
    return token
  }
  return {
    system,
    async call(who, method, path, body) {
      const response = await fetch(`${system.api}/${path}`, {
        method,
        redirect: 'manual',
        // Nothing the app does may take so long; what hangs fails by name.
        signal: AbortSignal.timeout(15_000),
        headers: who ? { authorization: `Bearer ${await tokenOf(who)}` } : {},
        ...(body !== undefined && {
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, json: parsed(text) }
    },
    [Symbol.asyncDispose]: () => system.dispose(),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** People and docks of the sample data, by what they are here. */
export const INVESTIGATOR = 'Asha Rahman'
export const UNVETTED = 'Tom Brennan'
export const OTHER_BOROUGH = 'Grace Adeyemi'
export const MANAGER = 'Helen Marsh'
export const AUDITOR = 'Fatima Siddiqui'
export const ADMINISTRATOR = 'Leon Carter'
export const DOCK = 'kentish-town'
export const OTHER_DOCK = 'stoke-newington'

export const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex')

/** What a dock says of bytes: footage of Camden, of a camera and number of its own. */
export function uploadRequest(bytes: string, overrides: object = {}) {
  const at = new Date().toISOString()
  return {
    camera: { serial: `VB-${randomUUID()}`, firmware: '1.0' },
    sequence: 1,
    officer: 'P214567',
    unit: 'camden-response-1',
    borough: 'camden',
    dockSite: 'kentish-town',
    clock: { recordingStartedAt: at, deviceAt: at, dockAt: at },
    durationSeconds: 1,
    recording: { size: bytes.length, sha256: sha256(bytes), contentType: 'video/mp4' },
    ...overrides,
  }
}

export type Opened = {
  id: string
  state: string
  mayWipe: boolean
  uploads: { part: string; url: string; expiresAt: string }[]
}

/** Sends bytes to where the app said, as a dock does: blocks, and then their list. */
export async function send(opened: Opened, part: string, bytes: string): Promise<void> {
  const upload = opened.uploads.find((each) => each.part === part)
  if (!upload) throw new Error(`The app did not ask for the part ${part}.`)
  const blob = new BlockBlobClient(upload.url)
  const id = Buffer.from('000001').toString('base64')
  await blob.stageBlock(id, bytes, bytes.length)
  await blob.commitBlockList([id])
}
