import { z } from 'zod'
import { cursorSchema } from '../access/pages.ts'
import type { Visitor } from '../access/visitor.ts'
import { boroughSchema, unitSchema } from '../clearance/boroughs.ts'
import { DEFAULT_MARKING } from '../clearance/marking.ts'
import { officerSchema, type Principal } from '../clearance/person.ts'
import { mayThroughout } from '../clearance/throughout.ts'
import { isVettedFor } from '../clearance/vetting.ts'
import { nothingHere } from '../errors.ts'
import { EARLIEST } from '../footage/clock.ts'
import type { Summary } from '../footage/summary.ts'
import type { Services } from '../services.ts'

const DAY_MS = 86_400_000
/** Recordings that one answer looks at. A case has seldom so many; the rest comes by the cursor. */
const ROWS_PER_ANSWER = 1_000

export const withheldQuerySchema = z.strictObject({ cursor: cursorSchema.optional() })

/** Whom to ask about recordings that are withheld, and how many of theirs are. */
const withheldOwnerSchema = z.object({
  officer: officerSchema,
  unit: unitSchema,
  borough: boroughSchema.nullable(),
  recordings: z.int().positive(),
})
export type WithheldOwner = z.infer<typeof withheldOwnerSchema>

/** How many recordings of a case are withheld, by owner. */
export const withheldSchema = z.object({
  urn: z.string().meta({ description: 'the case', examples: ['01AB/2345/26'] }),
  recordings: z.int().nonnegative().describe('withheld from view, on this page'),
  items: z.array(withheldOwnerSchema),
  next: z
    .string()
    .nullable()
    .describe('not null: there are more to look at; an owner may come again, counts add up'),
})
export type Withheld = z.infer<typeof withheldSchema>

/**
 * What the disclosure officer of a case must know of recordings that are linked to it and that they
 * may not view, whatever closes them: that they exist, how many they are and whom to ask. Nothing
 * else of them is said. The inquiry is recorded before it is answered.
 * Criminal Procedure and Investigations Act 1996, code of practice, paragraph 6.
 * @param rowsPerAnswer at most so many recordings are looked at for one answer
 * @throws BluelampError `not-found` to everyone else, for a case of theirs and for none alike;
 *   `invalid-request` for a foreign cursor
 */
export async function withheldOfCase(
  services: Services,
  { principal, clientAddress }: Visitor,
  urn: string,
  { cursor }: z.infer<typeof withheldQuerySchema>,
  rowsPerAnswer: number = ROWS_PER_ANSWER,
): Promise<Withheld> {
  const { attempts, consultations, cursors, index, now } = services
  const { oid } = principal
  if (!isDisclosureOfficerOf(principal, urn, now())) {
    await attempts.note({
      actor: oid,
      action: 'withheld-of-case',
      footageId: urn,
      refusal: 'need-to-know',
      clientAddress,
    })
    throw nothingHere()
  }
  const binding = { list: 'withheld', oid, query: urn }
  const span = cursor
    ? positionSchema.parse(JSON.parse(cursors.open(cursor, binding)))
    : ever(now())
  await consultations.note({
    actor: oid,
    consulted: 'withheld-of-case',
    subject: urn,
    clientAddress,
  })
  const withheld: Summary[] = []
  let rows = 0
  let next: string | null = null
  const reference = { type: 'case-urn', value: urn } as const
  for await (const { summary, rowKey } of index.read({ by: 'reference', reference }, span)) {
    if (!mayThroughout(principal, 'view', summary, now())) withheld.push(summary)
    rows += 1
    if (rows < rowsPerAnswer) continue
    next = cursors.seal(JSON.stringify({ ...span, after: rowKey }), binding)
    break
  }
  return { urn, recordings: withheld.length, items: ownersOf(withheld), next }
}

/**
 * Whether a person may ask: their role, their assignment to that very case, and valid force vetting
 * for what recordings are commonly marked.
 */
const isDisclosureOfficerOf = ({ roles, register }: Principal, urn: string, now: Date): boolean =>
  register !== null &&
  roles.includes('DisclosureOfficer') &&
  register.assignments.some(({ type, value }) => type === 'case-urn' && value === urn) &&
  isVettedFor(DEFAULT_MARKING, register.vetting, now)

/** How many there are of each owner, in an order that says nothing of when they were recorded. */
function ownersOf(withheld: readonly Summary[]): WithheldOwner[] {
  const owners = Map.groupBy(withheld, ({ officer, unit, borough }) =>
    JSON.stringify([officer, unit, borough ?? null]),
  )
  return [...owners].toSorted(byText).flatMap(([, theirs]) => {
    const [one] = theirs
    if (!one) return []
    const { officer, unit, borough = null } = one
    return [{ officer, unit, borough, recordings: theirs.length }]
  })
}

const byText = ([one]: [string, unknown], [other]: [string, unknown]): number =>
  one < other ? -1 : 1

/** The span is fixed by the first answer, so that what is added meanwhile is not counted twice. */
const positionSchema = z.object({ from: z.string(), to: z.string(), after: z.string() })

const ever = (now: Date): { from: string; to: string } => ({
  from: new Date(EARLIEST).toISOString(),
  to: new Date(now.getTime() + DAY_MS).toISOString(),
})
