import { type FootageId, isManifest, planBlobName } from '../../footage/ids.ts'
import type { OutputSink } from '../../media/output-sink.ts'
import { type RenditionPlan, renditionPlanSchema } from '../../media/plan.ts'
import { type Manifest, manifestSchema } from '../../records/rendition-manifest.ts'
import { MISSING, unless } from '../answers.ts'
import type { StorageClients } from '../clients.ts'
import type { SasSigner, SignedUrl } from '../sas.ts'
import { DOWNLOAD_RETRIES } from './hashing-copy.ts'
import { putJson } from './put-json.ts'
import { BlockPool, StagedOutput } from './staged-output.ts'

/** No browser keeps footage: what it has read must not outlive the clearance of who reads. */
const CACHE_CONTROL = 'private, no-store'

/** What was made of originals: playable files, pictures, and the manifests that publish them. */
export type Renditions = {
  /** A new file, sent to storage as it is made and visible once it is committed. */
  open(blob: string, contentType: string, signal: AbortSignal): OutputSink
  /** Uploads a small file that is in memory. */
  putBytes(blob: string, bytes: Buffer, contentType: string): Promise<void>
  /** A file from its first byte to its last, or the bytes from `start` up to `end` (exclusive). */
  read(
    blob: string,
    signal: AbortSignal,
    range?: { start: number; end: number },
  ): Promise<AsyncIterable<Uint8Array>>
  putManifest(blob: string, manifest: Manifest): Promise<void>
  /** The manifest, or null if it is not there any more. */
  readManifest(blob: string): Promise<Manifest | null>
  /** The manifests that are stored of a recording, whether their events arrived or not. */
  listManifests(id: FootageId): Promise<string[]>
  /** Removes blobs that nothing names; those that are gone already are no error. */
  remove(blobs: string[]): Promise<void>
  putPlan(id: FootageId, plan: RenditionPlan): Promise<void>
  readPlan(id: FootageId): Promise<RenditionPlan>
  /** A short-lived URL of one file. */
  signRead(blob: string, lifeMs: number): Promise<SignedUrl>
}

/** Kept in one container, under the id of the recording. */
export function createRenditions(clients: StorageClients, sign: SasSigner): Renditions {
  const container = clients.container('renditions')
  const blocks = new BlockPool()

  const readJson = async (blob: string): Promise<unknown> =>
    JSON.parse((await container.getBlobClient(blob).downloadToBuffer()).toString())

  return {
    open(blob, blobContentType, signal) {
      const headers = { blobContentType, blobCacheControl: CACHE_CONTROL }
      return new StagedOutput(container.getBlockBlobClient(blob), headers, blocks, signal)
    },
    async putBytes(blob, bytes, blobContentType) {
      await container.getBlockBlobClient(blob).upload(bytes, bytes.length, {
        blobHTTPHeaders: { blobContentType, blobCacheControl: CACHE_CONTROL },
      })
    },
    async read(blob, signal, range) {
      const { readableStreamBody } = await container
        .getBlobClient(blob)
        .download(range?.start ?? 0, range && range.end - range.start, {
          maxRetryRequests: DOWNLOAD_RETRIES,
          abortSignal: signal,
        })
      if (!readableStreamBody) throw new Error(`Storage sent no body for ${blob}.`)
      return readableStreamBody as AsyncIterable<Buffer>
    },
    putManifest: (blob, manifest) => putJson(container.getBlockBlobClient(blob), manifest),
    async readManifest(blob) {
      const manifest = await unless([MISSING], () => readJson(blob))
      return manifest === null ? null : manifestSchema.parse(manifest)
    },
    async listManifests(id) {
      const blobs = container.listBlobsFlat({ prefix: `${id}/` })
      const names = await Array.fromAsync(blobs, ({ name }) => name)
      return names.filter(isManifest)
    },
    async remove(blobs) {
      await Promise.all(blobs.map((blob) => container.getBlobClient(blob).deleteIfExists()))
    },
    putPlan: (id, plan) => putJson(container.getBlockBlobClient(planBlobName(id)), plan),
    async readPlan(id) {
      return renditionPlanSchema.parse(await readJson(planBlobName(id)))
    },
    signRead: (blob, lifeMs) => sign({ container: 'renditions', blob, use: 'read', lifeMs }),
  }
}
