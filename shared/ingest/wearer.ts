import type { PlannedChange } from '../audit/planned-change.ts'
import { officerSchema } from '../clearance/person.ts'
import { type CameraIssue, issueAt } from '../footage/camera-issues.ts'
import type { Correction } from '../footage/corrections.ts'
import type { Footage } from '../footage/footage.ts'

/**
 * Files a recording under the officer who wore its camera, by the register; without one, under whom
 * the dock declared, and on the list of those whose wearer is not known. Whom a person has corrected
 * it to stands above the register.
 */
export function planWearer(
  footage: Footage,
  issues: readonly CameraIssue[],
  { by, at }: Pick<Correction, 'by' | 'at'>,
): PlannedChange | null {
  const issue = issueAt(issues, footage.clock.recordedAt)
  const cameraUnassigned = issue === null
  const to = officerSchema.parse(officerBy(footage, issue))
  const from = footage.officer
  if (to === from) {
    return cameraUnassigned === footage.cameraUnassigned
      ? null
      : { acts: [], change: { cameraUnassigned } }
  }
  const { serial } = footage.camera
  const reason = issue
    ? `camera ${serial} was issued to ${issue.officer} from ${issue.from} until ${issue.to ?? 'now'}`
    : `camera ${serial} was issued to nobody at ${footage.clock.recordedAt}`
  const correction: Correction = { field: 'officer', from, to, by, at, reason, byRegister: true }
  return {
    acts: [
      { action: 'metadata-corrected', detail: { field: 'officer', from, to, camera: serial } },
    ],
    change: { cameraUnassigned, officer: to, corrections: [...footage.corrections, correction] },
  }
}

function officerBy({ officer, corrections }: Footage, issue: CameraIssue | null): string {
  const all = corrections.filter(({ field }) => field === 'officer')
  const declared = all[0]?.from ?? officer
  const byPerson = all.findLast(({ byRegister }) => !byRegister)
  return byPerson?.to ?? issue?.officer ?? declared
}
