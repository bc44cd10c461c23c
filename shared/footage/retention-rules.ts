import { z } from 'zod'

/**
 * How long a recording is kept once somebody has reviewed what it shows: the groups of the College
 * of Policing's APP on information management (formerly MoPI). Years count from the recording.
 * https://www.college.police.uk/app/information-management/retention-review-and-disposal-police-information
 */
export const RETENTION_GROUPS = {
  'group-1': { years: null, of: 'certain public protection matters: kept until reviewed' },
  'group-2': { years: 10, of: 'other sexual, violent or serious offences' },
  'group-3': { years: 6, of: 'all other offences' },
  'group-4': { years: 6, of: 'undetected crime' },
} as const
export const retentionGroupSchema = z.enum(Object.keys(RETENTION_GROUPS) as [RetentionGroup])
export type RetentionGroup = keyof typeof RETENTION_GROUPS

/** Footage that is no evidence of anything is kept for so long (College of Policing, APP on body-worn video). */
export const NON_EVIDENTIAL_DAYS = 31

/**
 * Under what a recording may be disposed of: because it is no evidence, because the time of its
 * group is over, or early, because a court or the Commissioner orders it or a person has a right to
 * it (Data Protection Act 2018, sections 47 and 100).
 */
export const DISPOSAL_RULES = [
  'non-evidential',
  ...(Object.keys(RETENTION_GROUPS) as RetentionGroup[]),
  'erasure-order',
] as const
export const disposalRuleSchema = z.enum(DISPOSAL_RULES)
export type DisposalRule = (typeof DISPOSAL_RULES)[number]

/** What makes a recording evidence until a person has reviewed it. An incident alone does not. */
export const EVIDENTIAL_REFERENCES = ['crime', 'case-urn', 'exhibit'] as const
