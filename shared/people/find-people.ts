import { z } from 'zod'
import { pageOf, pageShape, takePage } from '../access/pages.ts'
import {
  officerSchema,
  oidSchema,
  type Principal,
  type RegisterEntry,
  registerEntrySchema,
} from '../clearance/person.ts'
import type { Services } from '../services.ts'
import { warrant } from '../storage/tables/people.ts'

/** Which people: whoever has a warrant number, or all, in the order of their ids. */
export const peopleQuerySchema = z.strictObject({
  officer: officerSchema.optional(),
  ...pageShape(500, 100),
})

/** Who someone is, for those who assign them, give them access or read what they did. No vetting. */
const foundPersonSchema = registerEntrySchema
  .pick({ officer: true, unit: true, borough: true, status: true })
  .extend({ oid: oidSchema })

/** A page of people, and the cursor of the next one. */
export const peoplePageSchema = pageOf(foundPersonSchema)
type PeoplePage = z.infer<typeof peoplePageSchema>

/**
 * People of the register. Who left is found in the list of all, not by their warrant number.
 * @throws BluelampError `invalid-request` for a foreign cursor
 */
export async function findPeople(
  { people, cursors }: Pick<Services, 'people' | 'cursors'>,
  { oid }: Pick<Principal, 'oid'>,
  { officer, limit, cursor }: z.infer<typeof peopleQuerySchema>,
): Promise<PeoplePage> {
  if (officer !== undefined) {
    const key = await people.holderOf(warrant(officer))
    const found = key === null ? null : await people.find(key)
    return { items: key !== null && found ? [shown(key, found.entry)] : [], next: null }
  }
  const binding = { list: 'people', oid, query: String(limit) }
  const list = people.list(cursor && cursors.open(cursor, binding))
  const { rows, next } = await takePage(list, limit, ({ key }) => cursors.seal(key, binding))
  return { items: rows.map(({ key, entry }) => shown(key, entry)), next }
}

const shown = (key: string, { officer, unit, borough, status }: RegisterEntry) => ({
  oid: oidSchema.parse(key),
  officer,
  unit,
  borough,
  status,
})
