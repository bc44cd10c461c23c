import type { TableClient } from '@azure/data-tables'
import { type CameraEntry, cameraEntrySchema } from '../../footage/camera-issues.ts'
import { createRegister, type Register } from './register.ts'

/** Who wore which camera from when to when, by serial number, with history. */
export type CameraRegister = Register<CameraEntry>

export const createCameraRegister = (table: TableClient, now: () => Date): CameraRegister =>
  createRegister(table, 'camera', cameraEntrySchema, now)
