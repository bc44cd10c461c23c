import { z } from 'zod'

/**
 * What footage is used for, by the terms of the College of Policing's guidance on body-worn video.
 * The first three are law enforcement purposes (Data Protection Act 2018 s.31); others may fall under
 * the general rules, so the record must tell them apart.
 * https://www.legislation.gov.uk/ukpga/2018/12/section/31
 */
const PURPOSES = [
  'investigation',
  'case-preparation',
  'disclosure',
  'complaint-or-misconduct',
  'supervision',
  'training',
  'subject-access',
  'other',
] as const

export const purposeSchema = z.enum(PURPOSES).meta({ id: 'Purpose' })
export type Purpose = z.infer<typeof purposeSchema>
