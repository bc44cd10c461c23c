import { z } from 'zod'

/**
 * The 32 London boroughs that the Metropolitan Police serves. The City of London is a police area
 * of its own and not among them. Units such as firearms or traffic belong to none.
 */
export const BOROUGHS = [
  'barking-and-dagenham',
  'barnet',
  'bexley',
  'brent',
  'bromley',
  'camden',
  'croydon',
  'ealing',
  'enfield',
  'greenwich',
  'hackney',
  'hammersmith-and-fulham',
  'haringey',
  'harrow',
  'havering',
  'hillingdon',
  'hounslow',
  'islington',
  'kensington-and-chelsea',
  'kingston-upon-thames',
  'lambeth',
  'lewisham',
  'merton',
  'newham',
  'redbridge',
  'richmond-upon-thames',
  'southwark',
  'sutton',
  'tower-hamlets',
  'waltham-forest',
  'wandsworth',
  'westminster',
] as const

export const boroughSchema = z.enum(BOROUGHS).meta({
  id: 'Borough',
  description: 'one of the 32 London boroughs that the Metropolitan Police serves',
  examples: ['camden'],
})
export type Borough = z.infer<typeof boroughSchema>

/** A unit: a team of a borough, or one that serves all of London, such as firearms or traffic. */
export const unitSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case words joined by hyphens')
  .max(64)
  .meta({
    description: 'a unit: lower-case words joined by hyphens',
    examples: ['camden-response-1'],
  })
