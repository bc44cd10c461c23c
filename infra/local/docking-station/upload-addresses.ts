import type { OpenedUpload, PartName } from './contract.ts'

/**
 * Where the parts of one upload go: URLs with a SAS each. All are renewed together, by declaring the
 * recording again, and workers that find the same one expired share one renewal.
 */
export type UploadAddresses = {
  /** A URL that is still good for a while, or null when the app no longer wants the part. */
  of(part: PartName): Promise<string | null>
  /** The URL to use in place of one that storage refused; null as above. */
  inPlaceOf(refused: string, part: PartName): Promise<string | null>
}

type Uploads = OpenedUpload['uploads']

/** An address this close to its end is renewed first: a block takes a while to arrive. */
const RENEW_BEFORE_MS = 30_000

/** @param declareAgain asks the app for fresh addresses of what it still wants */
export function uploadAddresses(
  first: Uploads,
  declareAgain: () => Promise<Uploads>,
  now: () => Date,
): UploadAddresses {
  let uploads = first
  let renewal: Promise<void> | undefined

  const find = (part: PartName) => uploads.find((upload) => upload.part === part)
  const renew = () => {
    renewal ??= declareAgain()
      .then((renewed) => {
        uploads = renewed
      })
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }

  return {
    of: async (part) => {
      const upload = find(part)
      const remainingMs = upload ? Date.parse(upload.expiresAt) - now().getTime() : Infinity
      if (remainingMs < RENEW_BEFORE_MS) await renew()
      return find(part)?.url ?? null
    },
    inPlaceOf: async (refused, part) => {
      if (find(part)?.url === refused) await renew()
      return find(part)?.url ?? null
    },
  }
}
