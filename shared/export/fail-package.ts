import type { FootageId } from '../footage/ids.ts'
import { isInHand, type PackageId } from '../records/evidence-package.ts'
import type { Services } from '../services.ts'

/** Gives a package up, and says so on its record. */
export async function failPackage(
  { packageRows, log, now }: Services,
  id: FootageId,
  key: PackageId,
  because: string,
): Promise<void> {
  log.error('a package could not be made', { footageId: id, package: key, because })
  await packageRows.change(id, key, ({ state }) =>
    isInHand(state)
      ? { state: 'failed', progress: null, ended: { at: now().toISOString(), because } }
      : null,
  )
  await packageRows.settleMaking(key)
}
