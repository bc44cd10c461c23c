import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide } from '../../../shared/clearance/decide.ts'
import {
  type Grant,
  type Guarded,
  RESTRICTIONS,
  type Restriction,
} from '../../../shared/clearance/guards.ts'
import { MARKINGS, type Marking } from '../../../shared/clearance/marking.ts'
import {
  officerSchema,
  oidSchema,
  type RegisterEntry,
  SERVICE_STATUSES,
} from '../../../shared/clearance/person.ts'
import { ACTIONS, type Action, ROLES, type Role } from '../../../shared/clearance/roles.ts'
import {
  FORCE_VETTING,
  NATIONAL_SECURITY_VETTING,
  type Vetting,
} from '../../../shared/clearance/vetting.ts'

/** The policy as people read it. What it says is expected, of every combination that there is. */
const POLICY = readFileSync(new URL('../../../shared/clearance/README.md', import.meta.url), 'utf8')
const [TIES, LEVELS, VETTING, CLOSURES] = POLICY.match(/(^\|.*\n)+/gm)?.map(tableOf) ?? []

/** A Markdown table as rows by their first cell, and each of those as cells by their heading. */
function tableOf(text: string): Record<string, Record<string, string>> {
  const [head = [], , ...rows] = text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  return Object.fromEntries(
    rows.map((row) => [row[0], Object.fromEntries(head.map((name, at) => [name, row[at] ?? '']))]),
  )
}
function cell(table: typeof TIES, row: string, column: string): string {
  const found = table?.[row]?.[column]
  if (found === undefined) throw new Error(`The policy says nothing of ${row} and ${column}.`)
  return found
}

const NOW = new Date('2026-11-23T12:00:00.000Z')
const OID = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01')
const OTHER = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a02')
const [ME, SOMEONE] = ['P214567', 'P100001'].map((text) => officerSchema.parse(text)) as [
  RegisterEntry['officer'],
  RegisterEntry['officer'],
]
const CRIME = { type: 'crime', value: '2412345/26' } as const

/** Every vetting by name, and the ways in which one does not count. */
const VETTED: Record<string, Vetting[]> = { none: [] }
const vetting = (level: Vetting['level'], overrides: Partial<Vetting> = {}): Vetting[] => [
  { level, awarded: '2024-01-01', expires: '2030-01-01', status: 'current', ...overrides },
]
for (const level of [...FORCE_VETTING, ...NATIONAL_SECURITY_VETTING]) VETTED[level] = vetting(level)
VETTED['suspended MV'] = vetting('MV', { status: 'suspended' })
VETTED['withdrawn MV'] = vetting('MV', { status: 'withdrawn' })
VETTED['expired MV'] = vetting('MV', { expires: '2026-11-22' })
VETTED['MV of tomorrow'] = vetting('MV', { awarded: '2026-11-24' })
VETTED['DV and expired MV'] = [...vetting('DV'), ...vetting('MV', { expires: '2026-11-22' })]

const UNTIL = '2026-12-01T00:00:00.000Z'
const GRANTS: Record<string, Grant[]> = {
  none: [],
  view: [{ oid: OID, level: 'view', until: UNTIL }],
  original: [{ oid: OID, level: 'original', until: UNTIL }],
  'ended original': [{ oid: OID, level: 'original', until: NOW.toISOString() }],
  'original of another': [{ oid: OTHER, level: 'original', until: UNTIL }],
}

/** All subsets of what ties a person to a recording beside grants. */
const TIE_SETS = Array.from({ length: 16 }, (_, bits) =>
  ['own', 'unit', 'borough', 'assignment'].filter((_tie, at) => (bits >> at) & 1),
)
/** All subsets of the restrictions. */
const RESTRICTION_SETS = Array.from({ length: 2 ** RESTRICTIONS.length }, (_, bits) =>
  RESTRICTIONS.filter((_restriction, at) => (bits >> at) & 1),
)

/** What the page says of one role and one action, for all that bears on it. */
function pageOn(role: Role, action: Action) {
  const counting = cell(TIES, action, role).split(', ')
  const [all, named] = [counting.includes('all'), counting.includes('grant')]
  const asks = cell(CLOSURES, action, 'asks for vetting') === 'yes'
  const covered = Object.entries(LEVELS ?? {}).flatMap(([level, row]) =>
    (row[action] ?? row['everything else']) === 'yes' ? [level] : [],
  )
  const closes = (column: string, granted: boolean): boolean => {
    const closure = cell(CLOSURES, action, column)
    if (closure === 'named grant') return !granted
    if (closure === 'remit') return !all
    return closure === 'nobody'
  }
  const barredFromOwn = cell(CLOSURES, action, "one's own") === 'nobody'
  const closed = (granted: boolean) => ({
    high: closes('marked higher than OFFICIAL-SENSITIVE', granted),
    locked: closes('locked', granted),
    restricted: closes('restricted', granted),
  })
  const closedTo = { withGrant: closed(true), withoutGrant: closed(false) }

  return (
    isVetted: boolean,
    isHigh: boolean,
    ties: readonly string[],
    grant: string,
    restrictions: readonly Restriction[],
  ): boolean => {
    const granted = covered.includes(grant)
    if (!all && !(named && granted) && !ties.some((tie) => counting.includes(tie))) return false
    if (asks && !isVetted) return false
    if (barredFromOwn && ties.includes('own')) return false
    const { high, locked, restricted } = granted ? closedTo.withGrant : closedTo.withoutGrant
    if (isHigh && high) return false
    const isLocked = restrictions.includes('post-incident-lock')
    if (isLocked && locked) return false
    return !(restricted && restrictions.length > (isLocked ? 1 : 0))
  }
}

/** Handling what is marked too high asks for the vetting of the highest marking served here. */
function isVettedByPage(name: string, marking: Marking): boolean {
  const asked = marking === 'OFFICIAL' ? 'OFFICIAL' : 'OFFICIAL-SENSITIVE'
  return VETTING?.[name] !== undefined && cell(VETTING, name, asked) === 'yes'
}

describe.each(ROLES)('for the role %s', (role) => {
  it.each(ACTIONS)(
    'every combination of what bears on %s is decided as the page says',
    (action) => {
      const says = pageOn(role, action)
      const wrong: string[] = []
      let combinations = 0
      for (const marking of MARKINGS) {
        const isHigh = marking === 'SECRET' || marking === 'TOP-SECRET'
        for (const [vetted, all] of Object.entries(VETTED)) {
          const isVetted = isVettedByPage(vetted, marking)
          for (const ties of TIE_SETS) {
            const register: RegisterEntry = {
              officer: ME,
              unit: 'camden-cid',
              borough: 'camden',
              status: 'serving',
              vetting: all,
              assignments: ties.includes('assignment') ? [CRIME] : [],
            }
            const principal = { oid: OID, roles: [role], register }
            for (const [grant, grants] of Object.entries(GRANTS)) {
              for (const restrictions of RESTRICTION_SETS) {
                const footage: Guarded = {
                  marking,
                  restrictions,
                  officer: ties.includes('own') ? ME : SOMEONE,
                  unit: ties.includes('unit') ? 'camden-cid' : 'hackney-cid',
                  borough: ties.includes('borough') ? 'camden' : 'hackney',
                  references: [CRIME],
                  grants,
                }
                combinations += 1
                const { allowed } = decide(principal, action, footage, NOW)
                if (allowed !== says(isVetted, isHigh, ties, grant, restrictions)) {
                  wrong.push(`${marking}; ${vetted}; ${ties}; grant ${grant}; ${restrictions}`)
                }
              }
            }
          }
        }
      }
      expect(wrong).toEqual([])
      expect(combinations).toBe(4 * 15 * 16 * 5 * 32)
    },
  )
})

it('has a row or a column for everything there is, and for nothing else', () => {
  expect(Object.keys(TIES ?? {})).toEqual([...ACTIONS])
  expect(Object.keys(TIES?.list ?? {})).toEqual(['action', ...ROLES])
  expect(Object.keys(CLOSURES ?? {})).toEqual([...ACTIONS])
  expect(Object.keys(VETTING ?? {})).toEqual([...FORCE_VETTING, ...NATIONAL_SECURITY_VETTING])
})

it.each(SERVICE_STATUSES)(
  'lets somebody who is %s do what their roles allow only in service',
  (status) => {
    const register: RegisterEntry = {
      officer: ME,
      unit: 'camden-cid',
      status,
      vetting: vetting('MV'),
      assignments: [],
    }
    const footage: Guarded = {
      marking: 'OFFICIAL',
      restrictions: [],
      officer: SOMEONE,
      unit: 'camden-cid',
      references: [],
      grants: GRANTS.original ?? [],
    }
    for (const action of ACTIONS) {
      const decision = decide({ oid: OID, roles: [...ROLES], register }, action, footage, NOW)
      if (status === 'serving') expect(decision.allowed, action).toBe(true)
      else expect(decision, action).toEqual({ allowed: false, reason: 'not-serving' })
    }
  },
)
