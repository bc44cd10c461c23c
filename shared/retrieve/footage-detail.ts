import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import { admit, type Visitor } from './admit.ts'
import { londonTime } from './search.ts'

/** What a person sees of a recording. Where its bytes lie and who holds grants is no part of it. */
export type FootageDetail = Omit<
  Footage,
  'grants' | 'holds' | 'alerted' | 'parts' | 'poster' | 'schemaVersion' | 'failure' | 'dock'
> & {
  recordedAtLondon: string
  hasPoster: boolean
  parts: { part: string; size: number; sha256: string | null; verified: boolean; state: string }[]
}

/**
 * Everything about a recording but the footage itself. Looking it up is recorded.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function footageDetail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<FootageDetail> {
  const { footage, basis } = await admit(services, visitor, 'list', id)
  await services.audit.append(id, {
    action: 'metadata-viewed',
    actor: visitor.principal.oid,
    basis,
    clientAddress: visitor.clientAddress,
  })
  const { grants, holds, alerted, parts, poster, schemaVersion, failure, dock, ...shown } = footage
  return {
    ...shown,
    recordedAtLondon: londonTime(footage.clock.recordedAt),
    hasPoster: poster !== undefined,
    parts: parts.map(({ part, declared, original, state }) => ({
      part,
      size: original?.size ?? declared.size,
      sha256: original?.sha256 ?? declared.sha256,
      verified: original !== undefined,
      state,
    })),
  }
}
