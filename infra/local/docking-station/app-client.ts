import type { AccessTokens } from './access-tokens.ts'
import {
  type OpenedUpload,
  openedUploadSchema,
  type PartName,
  type Problem,
  stagedBlocksSchema,
  type UploadManifest,
  type UploadStatus,
  uploadStatusSchema,
} from './contract.ts'
import { parseAnswer, problemOf } from './parse-answer.ts'
import { type Answer, send, type Wire } from './wire.ts'

const TIMEOUT_MS = 30_000

/** What the app says to a declared recording. */
export type Opening =
  | { outcome: 'opened'; isNew: boolean; upload: OpenedUpload }
  /** The app will not have it, for instance because this camera and sequence have other content. */
  | { outcome: 'refused'; status: number; problem: Problem }

/** The three calls a dock makes to the app. They throw DockError for what the contract rules out. */
export type AppClient = {
  open(manifest: UploadManifest): Promise<Opening>
  status(id: string): Promise<UploadStatus>
  /** The uncommitted blocks of a part: base64 id → bytes. */
  stagedBlocks(id: string, part: PartName): Promise<Map<string, number>>
}

/** @param api the app's base URL, `/api` included, without a trailing slash. */
export function appClient(
  api: string,
  tokens: AccessTokens,
  wire: Wire,
  signal: AbortSignal | undefined,
): AppClient {
  async function call(method: 'GET' | 'POST', path: string, json?: unknown): Promise<Answer> {
    const ask = async (token: string) =>
      send(
        {
          what: `${method} ${api}${path}`,
          url: api + path,
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          ...(json !== undefined && { body: JSON.stringify(json) }),
          timeoutMs: TIMEOUT_MS,
          signal,
        },
        wire,
      )
    const answer = await ask(await tokens.current())
    // A token can expire on the way, and keys can be withdrawn: once with a new one is enough.
    return answer.status === 401 ? ask(await tokens.renewed()) : answer
  }

  return {
    open: async (manifest) => {
      const answer = await call('POST', '/uploads', manifest)
      const { status } = answer
      if (status === 200 || status === 201) {
        const upload = parseAnswer(openedUploadSchema, answer, 'POST /uploads')
        return { outcome: 'opened', isNew: status === 201, upload }
      }
      return { outcome: 'refused', status, problem: problemOf(answer) }
    },
    status: async (id) => {
      const path = `/uploads/${id}`
      return parseAnswer(uploadStatusSchema, await call('GET', path), `GET ${path}`)
    },
    stagedBlocks: async (id, part) => {
      const path = `/uploads/${id}/blocks?part=${part}`
      const { blocks } = parseAnswer(stagedBlocksSchema, await call('GET', path), `GET ${path}`)
      return new Map(blocks.map(({ id, size }) => [id, size]))
    },
  }
}
