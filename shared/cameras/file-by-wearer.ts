import type { Oid } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import { isDisposed } from '../footage/state.ts'
import { planWearer } from '../ingest/wearer.ts'
import { carryOut } from '../manage/carry-out.ts'
import type { Services } from '../services.ts'
import { afterConflict } from '../storage/contention.ts'

/** On whose word a recording is filed anew, from where they said it, and why. */
export type ChangeAuthor = { by: Oid; clientAddress: string | null; reason?: string | undefined }

/** Files a recording by the issues of its camera as they now are, with an entry in its trail. */
export async function fileByWearer(
  services: Services,
  id: FootageId,
  { by, clientAddress, reason }: ChangeAuthor,
): Promise<void> {
  const { catalogue, cameras, now } = services
  for (let attempt = 0; ; attempt += 1) {
    const footage = await catalogue.find(id)
    if (!footage || isDisposed(footage.state)) return
    const issues = (await cameras.find(footage.camera.serial))?.entry.issues ?? []
    const planned = planWearer(footage, issues, { by, at: now().toISOString() })
    if (!planned) return
    const register = planned.change.corrections?.at(-1)?.reason
    const author = { actor: by, reason: reason ?? register, clientAddress }
    try {
      await carryOut(services, footage, planned, author)
      return
    } catch (error) {
      if (!(error instanceof BluelampError) || error.code !== 'precondition-failed') throw error
      await afterConflict(attempt)
    }
  }
}
