import { z } from 'zod'
import type { Marking } from './marking.ts'

/**
 * Force vetting, which opens police information (College of Policing, Vetting APP): NPPV for
 * contractors and partners, RV (recruitment) and MV (management) for officers and staff.
 */
export const FORCE_VETTING = ['NPPV2-abbreviated', 'NPPV2-full', 'NPPV3', 'RV', 'MV'] as const

/**
 * National security vetting (UKSV). It stands beside force vetting and never in its place. BPSS is
 * an employment check, not a clearance, and therefore not in either list.
 */
export const NATIONAL_SECURITY_VETTING = ['CTC', 'SC', 'eSC', 'DV'] as const

export const vettingSchema = z
  .strictObject({
    level: z.enum([...FORCE_VETTING, ...NATIONAL_SECURITY_VETTING]).meta({
      description: 'force vetting, or national security vetting, which opens nothing by itself',
      examples: ['RV'],
    }),
    awarded: z.iso.date().meta({ description: 'first day', examples: ['2024-01-01'] }),
    expires: z.iso.date().meta({ description: 'last day, UTC', examples: ['2034-01-01'] }),
    status: z.enum(['current', 'suspended', 'withdrawn']),
  })
  .refine(({ awarded, expires }) => awarded < expires, {
    path: ['expires'],
    message: 'must be after awarded',
  })
  .meta({ id: 'Vetting' })
export type Vetting = z.infer<typeof vettingSchema>

/** The force vetting levels that each marking is open to. What is not listed is open to nobody. */
const VETTING_FOR_MARKING: Record<Marking, readonly Vetting['level'][]> = {
  OFFICIAL: ['NPPV2-abbreviated', 'NPPV2-full', 'NPPV3', 'RV', 'MV'],
  'OFFICIAL-SENSITIVE': ['NPPV2-full', 'NPPV3', 'RV', 'MV'],
  SECRET: [],
  'TOP-SECRET': [],
}

/**
 * Whether a vetting counts at `now`: current, awarded, and not past the end of its last day. Days are
 * London's, in summer too: people read the dates of their vetting there.
 */
export const isValid = (vetting: Vetting, now: Date): boolean => {
  const today = londonDay(now)
  return vetting.status === 'current' && vetting.awarded <= today && today <= vetting.expires
}

/** Whether one of these vettings, valid at `now`, opens footage of that marking. */
export const isVettedFor = (marking: Marking, vettings: readonly Vetting[], now: Date): boolean =>
  vettings.some(
    (vetting) => isValid(vetting, now) && VETTING_FOR_MARKING[marking].includes(vetting.level),
  )

const HOUR_MS = 3_600_000
/** Swedish dates are ISO 8601's. */
const LONDON_DATE = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' })
let latest = { hour: Number.NaN, day: '' }

/** The day in London. It ends on a full hour: told once an hour, or it would cost more than a decision. */
function londonDay(now: Date): string {
  const hour = Math.floor(now.getTime() / HOUR_MS)
  if (latest.hour !== hour) latest = { hour, day: LONDON_DATE.format(now) }
  return latest.day
}
