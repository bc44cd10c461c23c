import { CsvError, parse } from 'csv-parse/sync'
import { z } from 'zod'
import {
  type Oid,
  oidSchema,
  type RegisterEntry,
  registerEntrySchema,
  SERVICE_STATUSES,
} from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'

/** The columns of an import, in any order. All must be there, so that none is lost unnoticed. */
const IMPORT_COLUMNS = ['oid', 'officer', 'unit', 'borough', 'vetting'] as const

/** And those that may be left out: what they say stays as it is. */
const OPTIONAL_COLUMNS = ['status'] as const
const COLUMNS = [...IMPORT_COLUMNS, ...OPTIONAL_COLUMNS]

/** A force of this size comes in a few files; each must be done within one request. */
export const IMPORT_LIMIT_BYTES = 1_000_000
const IMPORT_LIMIT_ROWS = 5_000

/** What HR knows of a person. Assignments are made here, and no import touches them. */
export type ImportedPerson = Omit<RegisterEntry, 'assignments' | 'status'> &
  Partial<Pick<RegisterEntry, 'status'>>

/** A row of the file, by its line, or why it cannot be taken. */
export type ImportRow =
  | { line: number; oid: Oid; person: ImportedPerson }
  | { line: number; oid: string; refusal: string }

const recordSchema = z.object({
  record: z.partialRecord(z.enum(COLUMNS), z.string()),
  info: z.object({ lines: z.int() }),
})

/**
 * `RV:2021-09-13:2031-09-13:current`, several separated by semicolons: level, award, expiry, status.
 */
const vettingCell = z
  .string()
  .transform((text) =>
    text
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .map((one) => one.split(':')),
  )
  .refine((all) => all.every(({ length }) => length === 4), {
    error: 'write LEVEL:AWARDED:EXPIRES:STATUS, for example RV:2021-09-13:2031-09-13:current',
    abort: true,
  })
  .transform((all) =>
    all.map(([level, awarded, expires, status]) => ({ level, awarded, expires, status })),
  )

const personSchema = z
  .object({
    oid: z.string().toLowerCase().pipe(oidSchema),
    officer: registerEntrySchema.shape.officer,
    unit: registerEntrySchema.shape.unit,
    borough: z
      .string()
      .transform((text) => (text === '' ? undefined : text))
      .pipe(registerEntrySchema.shape.borough),
    status: z.enum(SERVICE_STATUSES).optional(),
    vetting: vettingCell.pipe(registerEntrySchema.shape.vetting),
  })
  .transform(({ oid, borough, status, ...person }) => ({
    oid,
    person: {
      ...person,
      ...(borough !== undefined && { borough }),
      ...(status !== undefined && { status }),
    },
  }))

/**
 * Reads people from comma-separated values (RFC 4180, UTF-8). A row that does not fit, or that names
 * a person or a warrant number a second time, is refused with the reason.
 * @throws BluelampError `invalid-request` for what is no such file, or has other columns; `too-large`
 */
export function readPeopleCsv(text: string): ImportRow[] {
  const records = parseCsv(text)
  if (records.length > IMPORT_LIMIT_ROWS) {
    throw new BluelampError('too-large', `An import has at most ${IMPORT_LIMIT_ROWS} rows.`)
  }
  const seen = { oid: new Map<string, number>(), officer: new Map<string, number>() }
  return records.map(({ record, info: { lines: line } }) => {
    const parsed = personSchema.safeParse(record)
    const oid = record.oid ?? ''
    if (!parsed.success) return { line, oid, refusal: refusalOf(parsed.error) }
    const { person } = parsed.data
    const keys = [
      ['oid', parsed.data.oid],
      ['officer', person.officer],
    ] as const
    for (const [column, key] of keys) {
      const first = seen[column].get(key)
      if (first !== undefined) return { line, oid, refusal: `${column}: as in line ${first}` }
    }
    for (const [column, key] of keys) seen[column].set(key, line)
    return { line, ...parsed.data }
  })
}

function parseCsv(text: string): z.infer<typeof recordSchema>[] {
  if (text.trim() === '') throw otherColumns()
  try {
    const records: unknown = parse(text, {
      bom: true,
      columns: (header: string[]) => columnsOf(header),
      info: true,
      skip_empty_lines: true,
      trim: true,
      to: IMPORT_LIMIT_ROWS + 1,
    })
    return z.array(recordSchema).parse(records)
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    // Its message may quote the file, and so people.
    const errors = [{ field: `line ${String(cause.lines)}`, message: cause.code }]
    throw new BluelampError('invalid-request', `The body is not CSV: ${cause.code}.`, {
      cause,
      errors,
    })
  }
}

function columnsOf(header: readonly string[]): string[] {
  const names = header.map((name) => name.trim().toLowerCase())
  const missing = IMPORT_COLUMNS.filter((name) => !names.includes(name))
  const isKnown = names.every((name) => (COLUMNS as readonly string[]).includes(name))
  if (missing.length === 0 && isKnown && new Set(names).size === names.length) return names
  throw otherColumns(names)
}

/** Says which are missing, and where others stand: without a first line of names, those are people. */
function otherColumns(names: readonly string[] = []): BluelampError {
  const missing = IMPORT_COLUMNS.filter((name) => !names.includes(name))
  const strange = names.flatMap((name, at) =>
    names.indexOf(name) < at || !COLUMNS.some((known) => known === name) ? [at + 1] : [],
  )
  return new BluelampError(
    'invalid-request',
    `The first line must name the columns ${IMPORT_COLUMNS.join(', ')}, each once; ${OPTIONAL_COLUMNS.join(', ')} may follow, and no others.`,
    {
      errors: [
        ...missing.map((field) => ({ field, message: 'is missing' })),
        ...strange.map((at) => ({
          field: `column ${at}`,
          message: 'is not known, or twice there',
        })),
      ],
    },
  )
}

const refusalOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
