import type { Action } from '../clearance/roles.ts'
import type { Footage } from '../footage/footage.ts'

/**
 * What whoever plays a recording does: as long as pictures are still being added to its copy they
 * watch it live, which fewer may than see what is whole. A proxy that is made later changes nothing.
 */
export const watching = (footage: Footage | null): Action =>
  footage?.renditions.some(({ kind, state }) => kind === 'copy' && state === 'rendering')
    ? 'view-live'
    : 'view'
