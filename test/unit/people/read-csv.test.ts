import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readPeopleCsv } from '../../../shared/people/read-csv.ts'

const HEADER = 'oid,officer,unit,borough,vetting'
const OID = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'
const read = (...lines: string[]) => readPeopleCsv([HEADER, ...lines].join('\r\n'))
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('a file of people', () => {
  it('is read whatever the order of its columns, its quotes and its byte order mark', () => {
    const rows = readPeopleCsv(
      '\uFEFFVetting,borough,unit,officer,oid\n' +
        `"RV:2024-01-01:2034-01-01:current; SC:2025-01-01:2035-01-01:suspended",camden,camden-cid,P231180,${OID.toUpperCase()}\n` +
        '\n' +
        `,,firearms,C1001,${randomUUID()}\n`,
    )
    expect(rows).toMatchObject([
      {
        line: 2,
        oid: OID,
        person: {
          officer: 'P231180',
          unit: 'camden-cid',
          borough: 'camden',
          vetting: [
            { level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' },
            { level: 'SC', status: 'suspended' },
          ],
        },
      },
      { line: 4, person: { unit: 'firearms', vetting: [] } },
    ])
    expect(rows[1]).not.toHaveProperty('person.borough')
  })

  it('says who left, where it has a column for that', () => {
    const row = `${OID},P231180,camden-cid,camden,`
    expect(read(row)[0]).not.toHaveProperty('person.status')
    const [leaver, refused] = readPeopleCsv(
      `${HEADER},status\n${row},left\n${randomUUID()},P1001,camden-cid,camden,,retired\n`,
    )
    expect(leaver).toMatchObject({ person: { status: 'left' } })
    expect(refused).toMatchObject({ refusal: expect.stringContaining('status') })
  })

  it.each([
    [`x,P231180,camden-cid,camden,`, 'oid'],
    [`${OID},nobody,camden-cid,camden,`, 'officer'],
    [`${OID},P231180,Camden CID,camden,`, 'unit'],
    [`${OID},P231180,camden-cid,atlantis,`, 'borough'],
    [`${OID},P231180,camden-cid,camden,BPSS:2024-01-01:2034-01-01:current`, 'vetting.0.level'],
    [`${OID},P231180,camden-cid,camden,RV:2034-01-01:2024-01-01:current`, 'vetting.0.expires'],
    [`${OID},P231180,camden-cid,camden,RV`, 'vetting'],
  ])('has its bad row refused by the column: %s', (line, column) => {
    expect(read(line)).toMatchObject([{ line: 2, refusal: expect.stringContaining(`${column}:`) }])
  })

  it.each(['RV', 'RV:2024-02-01', 'RV:2024-02-01:2031-02-01:current:x'])(
    'says how vetting is written: %s',
    (cell) => {
      const write = 'vetting: write LEVEL:AWARDED:EXPIRES:STATUS'
      expect(read(`${OID},P231180,camden-cid,camden,${cell}`)).toMatchObject([
        { refusal: expect.stringContaining(write) },
      ])
    },
  )

  it('names each person and each warrant number once', () => {
    const other = randomUUID()
    const rows = read(
      `${OID},P231180,camden-cid,camden,`,
      `${OID},P231181,camden-cid,camden,`,
      `${other},P231180,camden-cid,camden,`,
    )
    expect(rows).toMatchObject([
      { line: 2 },
      { refusal: 'oid: as in line 2' },
      { refusal: 'officer: as in line 2' },
    ])
  })

  it.each([
    '',
    'oid,officer',
    `${HEADER},notes`,
    `${HEADER},oid`,
    `${HEADER}\n"open`,
    `${HEADER}\na,b`,
  ])('is refused as a whole if it is not one: %j', (text) => {
    expect(() => readPeopleCsv(text)).toThrow(code('invalid-request'))
  })

  it('is refused by the line that is no CSV, without what stands there', () => {
    const line = (text: string) => `${randomUUID()},${text},u,,`
    const text = [HEADER, line('P231180'), line('=HYPERLINK("x")')].join('\n')
    expect(() => readPeopleCsv(text)).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('HYPERLINK'),
        errors: [{ field: 'line 3', message: 'INVALID_OPENING_QUOTE' }],
      }),
    )
    const cell = line('=1+1')
    expect(readPeopleCsv(`${HEADER}\n${cell}`)).toMatchObject([
      { refusal: expect.stringContaining('officer') },
    ])
  })

  it('has a bounded number of rows', () => {
    const lines = Array.from({ length: 5_001 }, () => ',,,,')
    expect(() => read(...lines)).toThrow(code('too-large'))
  })
})
