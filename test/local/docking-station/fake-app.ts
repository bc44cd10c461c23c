import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import {
  BlobSASPermissions,
  BlobServiceClient,
  type BlockBlobClient,
  generateBlobSASQueryParameters,
  type StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { UploadManifest } from '../../../infra/local/docking-station/contract.ts'

const CONTAINER = 'landing'
const MINUTE_MS = 60_000

type Part = {
  part: string
  sha256: string | null
  state: string
  mismatches: number
  lookedAgain?: boolean
}
type Upload = { id: string; manifest: UploadManifest; parts: Part[] }
type Reply = { status: number; body: unknown }

export type FakeApp = {
  api: string
  manifests: UploadManifest[]
  /** Requests so far, as `POST /uploads`. */
  requests: string[]
  blob(id: string, part: string): BlockBlobClient
  /** How long addresses are good for from now on, and how long the app claims they are. */
  addressesFor(trueMs: number, claimedMs?: number): void
  /** While held, what has landed is not verified. */
  holdVerdicts(held: boolean): void
  /** Verifies what has landed and takes it out of the landing container, as securing does. */
  secureLanded(): Promise<void>
  dispose(): Promise<void>
}

/**
 * The app's side of docking, as its contract says and no more: real shared access signatures, real
 * blobs, tokens checked against the issuer. Verification happens when the dock asks.
 */
export async function startFakeApp(options: {
  connectionString: string
  /** Where the addresses point to, in place of storage itself. */
  storageOrigin: string
  issuer: { issuer: string; jwksUri: string }
  blockSize: number
}): Promise<FakeApp> {
  const { issuer, jwksUri } = options.issuer
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const service = BlobServiceClient.fromConnectionString(options.connectionString)
  const container = service.getContainerClient(CONTAINER)
  await container.createIfNotExists()
  const uploads: Upload[] = []
  const manifests: UploadManifest[] = []
  const requests: string[] = []
  let validMs = { claimed: MINUTE_MS, true: MINUTE_MS }

  let verdictsHeld = false
  const blob = (id: string, part: string) => container.getBlockBlobClient(`${id}/${part}`)

  function addressOf(id: string, part: string) {
    const blobName = `${id}/${part}`
    const signature = generateBlobSASQueryParameters(
      {
        containerName: CONTAINER,
        blobName,
        permissions: BlobSASPermissions.parse('cw'),
        startsOn: new Date(Date.now() - 10 * MINUTE_MS),
        expiresOn: new Date(Date.now() + validMs.true),
      },
      service.credential as StorageSharedKeyCredential,
    )
    const { pathname } = new URL(blob(id, part).url)
    return {
      part,
      url: `${options.storageOrigin}${pathname}?${signature}`,
      expiresAt: new Date(Date.now() + validMs.claimed).toISOString(),
    }
  }

  async function open(manifest: UploadManifest): Promise<Reply> {
    manifests.push(manifest)
    const known = uploads.find(
      ({ manifest: { camera, sequence } }) =>
        camera.serial === manifest.camera.serial && sequence === manifest.sequence,
    )
    if (known && known.manifest.recording.sha256 !== manifest.recording.sha256) {
      return problem(409, 'another recording has this camera and sequence')
    }
    const upload = known ?? { id: crypto.randomUUID(), manifest, parts: partsOf(manifest) }
    if (!known) uploads.push(upload)
    const wanted = upload.parts.filter(({ state }) => state !== 'secured')
    return {
      status: known ? 200 : 201,
      body: {
        id: upload.id,
        state: 'expected',
        mayWipe: wanted.length === 0,
        blockSize: options.blockSize,
        uploads: wanted.map(({ part }) => addressOf(upload.id, part)),
      },
    }
  }

  /** One look at what has landed; a mismatch goes, and stays the last word until the next look. */
  async function verify({ id, parts }: Upload): Promise<void> {
    for (const part of parts.filter(({ state }) => state !== 'secured')) {
      const { part: name, sha256 } = part
      if (!(await blob(id, name).exists())) continue
      const wasMismatched = part.state === 'mismatched' && !part.lookedAgain
      part.lookedAgain = wasMismatched
      if (wasMismatched) continue
      part.state = 'landed'
      if (verdictsHeld) continue
      const hash = createHash('sha256').update(await blob(id, name).downloadToBuffer())
      part.state = sha256 === null || hash.digest('hex') === sha256 ? 'secured' : 'mismatched'
      if (part.state === 'secured') continue
      part.mismatches++
      await blob(id, name).delete()
    }
  }

  async function status(upload: Upload): Promise<Reply> {
    await verify(upload)
    const { id, parts } = upload
    const mayWipe = parts.every(({ state }) => state === 'secured')
    const sendAgain = parts.filter(({ state }) => state === 'mismatched').map(({ part }) => part)
    const state = mayWipe ? 'secured' : sendAgain.length > 0 ? 'mismatched' : 'expected'
    return { status: 200, body: { id, state, mayWipe, sendAgain, parts } }
  }

  async function blocks({ id }: Upload, part: string): Promise<Reply> {
    const list = await blob(id, part)
      .getBlockList('uncommitted')
      .catch((error) => {
        if (error.statusCode === 404) return { uncommittedBlocks: [] }
        throw error
      })
    const blocks = list.uncommittedBlocks?.map(({ name, size }) => ({ id: name, size }))
    return { status: 200, body: { part, blocks } }
  }

  async function answer(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://app')
    requests.push(`${request.method} ${pathname.replace(/^\/api/, '')}`)
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const verified = await jwtVerify(token, keys, { issuer }).catch(() => null)
    if (!(verified?.payload.roles as string[] | undefined)?.includes('Dock')) {
      return problem(401, 'no dock’s token')
    }
    if (request.method === 'POST' && pathname === '/api/uploads') {
      return open((await json(request)) as UploadManifest)
    }
    const [, id, list] = /^\/api\/uploads\/([^/]+)(\/blocks)?$/.exec(pathname) ?? []
    const upload = uploads.find((upload) => upload.id === id)
    if (!upload) return problem(404, 'not found')
    return list ? blocks(upload, searchParams.get('part') ?? '') : status(upload)
  }

  const server = createServer((request, response) => {
    answer(request)
      .catch((error) => problem(500, String(error)))
      .then(({ status, body }) => response.writeHead(status).end(JSON.stringify(body)))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    manifests,
    requests,
    blob,
    addressesFor: (trueMs, claimedMs = trueMs) => {
      validMs = { true: trueMs, claimed: claimedMs }
    },
    holdVerdicts: (held) => {
      verdictsHeld = held
    },
    secureLanded: async () => {
      for (const upload of uploads) {
        await verify(upload)
        const secured = upload.parts.filter(({ state }) => state === 'secured')
        for (const { part } of secured) await blob(upload.id, part).delete()
      }
    },
    dispose: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function partsOf({ recording, sidecars }: UploadManifest): Part[] {
  return [
    { part: 'recording', sha256: recording.sha256, state: 'expected', mismatches: 0 },
    ...sidecars.map(({ kind, sha256 }) => ({
      part: kind,
      sha256,
      state: 'expected',
      mismatches: 0,
    })),
  ]
}

function problem(status: number, detail: string): Reply {
  return { status, body: { type: 'about:blank', title: 'Refused', status, detail } }
}
