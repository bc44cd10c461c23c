import { z } from 'zod'
import { pageOf, pageShape, takePage } from '../access/pages.ts'
import { officerSchema, type Principal } from '../clearance/person.ts'
import { cameraIssueSchema, serialSchema } from '../footage/camera-issues.ts'
import type { Services } from '../services.ts'

/** Whose cameras: so many issues, from where the last page ended. */
export const wornByQuerySchema = z.strictObject({
  officer: officerSchema.describe('the warrant or staff number of who wore them'),
  ...pageShape(500, 100),
})

/** That an officer wore a camera, from when to when. */
export const wornCameraSchema = cameraIssueSchema
  .omit({ officer: true })
  .extend({ camera: serialSchema })

/** A page of the cameras that an officer wore, and the cursor of the next one. */
export const wornByPageSchema = pageOf(wornCameraSchema)

/**
 * The cameras that an officer wore by the register, the latest issue first.
 * @throws BluelampError `invalid-request` for a foreign cursor
 */
export async function wornBy(
  { cameras, cursors }: Pick<Services, 'cameras' | 'cursors'>,
  { oid }: Pick<Principal, 'oid'>,
  { officer, limit, cursor }: z.infer<typeof wornByQuerySchema>,
): Promise<z.infer<typeof wornByPageSchema>> {
  const binding = { list: 'worn-by', oid, query: `${officer} ${limit}` }
  const list = cameras.wornBy(officer, cursor && cursors.open(cursor, binding))
  const { rows, next } = await takePage(list, limit, ({ rowKey }) => cursors.seal(rowKey, binding))
  return { items: rows.map(({ value: { schemaVersion: _, officer: __, ...worn } }) => worn), next }
}
