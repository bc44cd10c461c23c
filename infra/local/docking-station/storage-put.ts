import type { PartName } from './contract.ts'
import type { UploadAddresses } from './upload-addresses.ts'
import { type Answer, send, type Wire } from './wire.ts'

/** A renewed address that is refused as well will not be mended by yet another. */
const ADDRESSES_PER_REQUEST = 3

export type StoragePut = {
  /** Names the request in messages. */
  what: string
  part: PartName
  query: Record<string, string>
  headers: Record<string, string>
  body: string | Uint8Array<ArrayBuffer>
  timeoutMs: number
}

/**
 * Sends one request to the blob of a part, with a renewed address when storage refuses the one at
 * hand (403: expired or withdrawn).
 * @returns storage's answer, or null when the app no longer wants the part.
 */
export async function putToStorage(
  { what, part, query, headers, body, timeoutMs }: StoragePut,
  addresses: UploadAddresses,
  wire: Wire,
  signal: AbortSignal | undefined,
): Promise<Answer | null> {
  let address = await addresses.of(part)
  for (let used = 1; address !== null; used++) {
    const url = new URL(address)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const request = {
      what,
      url: url.href,
      method: 'PUT',
      headers,
      body,
      timeoutMs,
      signal,
    } as const
    const answer = await send(request, wire)
    if (answer.status !== 403 || used === ADDRESSES_PER_REQUEST) return answer
    address = await addresses.inPlaceOf(address, part)
  }
  return null
}
