import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import { footageIdSchema } from '../../footage/ids.ts'
import { sha256Schema } from '../../footage/sha256.ts'
import { documentTable } from './documents.ts'

const claimSchema = z.object({
  footageId: footageIdSchema,
  sha256: sha256Schema.nullable(),
  size: z.int(),
})
export type UploadClaim = z.infer<typeof claimSchema>

/** Digits of the largest sequence number, so that rows sort by number. */
const SEQUENCE_DIGITS = 16

/** Which recording a camera's sequence number belongs to: asking again gives the same one back. */
export type UploadClaims = {
  /** Takes the number for a new recording, or gives the claim that already has it. */
  claim(camera: string, sequence: number, wanted: UploadClaim): Promise<UploadClaim>
}

/** Kept in a partition a camera, in the order of its recordings. */
export function createUploadClaims(table: TableClient): UploadClaims {
  const rows = documentTable(table, claimSchema)
  return {
    async claim(camera, sequence, wanted) {
      const row = String(sequence).padStart(SEQUENCE_DIGITS, '0')
      if (await rows.insert(camera, row, wanted)) return wanted
      const held = await rows.get(camera, row)
      if (!held) throw new Error(`The claim on recording ${sequence} of this camera vanished.`)
      return held.value
    },
  }
}

/** Whether two claims are for the same bytes. */
export const claimsSameBytes = (a: UploadClaim, b: UploadClaim): boolean =>
  a.sha256 === b.sha256 && a.size === b.size
