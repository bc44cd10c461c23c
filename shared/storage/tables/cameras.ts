import type { TableClient } from '@azure/data-tables'
import { type CameraEntry, cameraEntrySchema } from '../../footage/camera-issues.ts'
import { createRegister, type Register } from './register.ts'
import { createWornCameras, type WornCameras } from './worn-cameras.ts'

/** Who wore which camera from when to when, by serial number, with history; and by officer. */
export type CameraRegister = Register<CameraEntry> & {
  /** What an officer wore, newest first, from behind the row `after` on. */
  wornBy: WornCameras['of']
}

const PARTITION = 'camera'

/** A register whose issues are found by officer as well. */
export function createCameraRegister(table: TableClient, now: () => Date): CameraRegister {
  const worn = createWornCameras(table, PARTITION)
  const register = createRegister(table, PARTITION, cameraEntrySchema, now, {
    follow: worn.follow,
  })
  return { ...register, wornBy: worn.of }
}
