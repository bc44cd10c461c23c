import type { FootageId, PartName } from '../footage/ids.ts'
import { KeyframeNoter } from '../media/noting/note-keyframes.ts'
import type { Services } from '../services.ts'
import type { CopyProgress, StagedCopy } from '../storage/blobs/hashing-copy.ts'

/** Notes the keyframes of one upload while its bytes are copied. Nothing it does can fail securing. */
export type UploadNoting = {
  /** The next bytes of the upload. */
  read(bytes: Buffer): void
  /** The copy goes on in another worker. */
  handOver(progress: CopyProgress): Promise<void>
  /** All bytes are copied and are what the dock declared: the note must be there before the original. */
  keep(staged: StagedCopy): Promise<void>
  /** They are not. */
  discard(): Promise<void>
}

/** Begins the noting of an upload, or takes it up where the last worker stopped. */
export async function noteUpload(
  { keyframeNotes, log }: Pick<Services, 'keyframeNotes' | 'log'>,
  { id, part, etag }: { id: FootageId; part: PartName; etag: string },
  begun: CopyProgress | null,
): Promise<UploadNoting> {
  let handedOver = begun !== null
  // Without a note a recording is scanned later: no reason to keep a camera waiting.
  const attempt = async <T>(what: () => Promise<T>): Promise<T | null> => {
    try {
      return await what()
    } catch (error) {
      log.warn('the note of keyframes could not be kept', { footageId: id, reason: String(error) })
      return null
    }
  }
  const state =
    begun && (await attempt(() => keyframeNotes.findUnfinished(id, { etag, offset: begun.offset })))
  const noter = part === 'recording' && (state || !begun) ? new KeyframeNoter(state) : null

  const discard = async (): Promise<void> => {
    if (handedOver) await attempt(() => keyframeNotes.removeUnfinished(id))
  }
  return {
    discard,
    read: (bytes) => noter?.read(bytes),
    async handOver({ offset }) {
      const next = noter?.state()
      handedOver ||= next !== undefined
      if (next) await attempt(() => keyframeNotes.putUnfinished(id, { etag, offset }, next))
    },
    async keep({ sha256 }) {
      const note = noter?.finish()
      if (note)
        await attempt(() =>
          keyframeNotes.put(id, { schemaVersion: 1, sourceSha256: sha256, ...note }),
        )
      else await discard()
    },
  }
}
