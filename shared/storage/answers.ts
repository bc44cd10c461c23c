import { RestError } from '@azure/storage-blob'

/** The status codes of storage that are answers rather than failures to a caller who says so. */
export const MISSING = 404
export const EXISTS = 409
export const CHANGED = 412

/** The result of a call to storage, or null where it answers with one of these statuses. */
export async function unless<R>(
  statuses: readonly number[],
  call: () => Promise<R>,
): Promise<R | null> {
  try {
    return await call()
  } catch (error) {
    // One class for blobs, queues and tables: they all re-export that of @azure/core-rest-pipeline.
    if (error instanceof RestError && statuses.includes(error.statusCode ?? 0)) return null
    throw error
  }
}
