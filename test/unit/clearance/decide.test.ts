import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, hasDuty } from '../../../shared/clearance/decide.ts'
import { type Grant, type Guarded, RESTRICTIONS } from '../../../shared/clearance/guards.ts'
import { MARKINGS, type Marking } from '../../../shared/clearance/marking.ts'
import {
  officerSchema,
  oidSchema,
  type Principal,
  type RegisterEntry,
  SERVICE_STATUSES,
} from '../../../shared/clearance/person.ts'
import {
  ACTIONS,
  type Action,
  DUTIES,
  type Duty,
  type Link,
  ROLES,
  type Role,
} from '../../../shared/clearance/roles.ts'
import { refusedForAll } from '../../../shared/clearance/standing.ts'
import {
  FORCE_VETTING,
  NATIONAL_SECURITY_VETTING,
  type Vetting,
} from '../../../shared/clearance/vetting.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const OID = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01')
const OTHER_OID = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a02')
const OFFICER = officerSchema.parse('P214567')
const OTHER_OFFICER = officerSchema.parse('P100001')
const CRIME = { type: 'crime', value: '2412345/26' } as const

const VETTED: Vetting = {
  level: 'MV',
  awarded: '2024-01-01',
  expires: '2030-01-01',
  status: 'current',
}

/** A recording that nothing ties anybody to. */
const FOOTAGE: Guarded = {
  marking: 'OFFICIAL-SENSITIVE',
  restrictions: [],
  officer: OTHER_OFFICER,
  unit: 'hackney-cid',
  borough: 'hackney',
  references: [CRIME],
  grants: [],
}
/** A person whom nothing ties to that recording. */
const REGISTER: RegisterEntry = {
  officer: OFFICER,
  unit: 'camden-cid',
  borough: 'camden',
  status: 'serving',
  vetting: [VETTED],
  assignments: [],
}
const GRANT: Grant = { oid: OID, level: 'original', until: '2026-12-01T00:00:00.000Z' }

/** What must be true for exactly one tie between the person and the recording. */
const TIED: Record<Link, { register?: Partial<RegisterEntry>; footage?: Partial<Guarded> }> = {
  own: { footage: { officer: OFFICER } },
  unit: { footage: { unit: 'camden-cid' } },
  borough: { footage: { borough: 'camden' } },
  assignment: { register: { assignments: [CRIME] } },
  grant: { footage: { grants: [GRANT] } },
  remit: {},
}

const person = (roles: Role[], register: Partial<RegisterEntry> = {}): Principal => ({
  oid: OID,
  roles,
  register: { ...REGISTER, ...register },
})
const tied = (role: Role, link: Link, action: Action, footage: Partial<Guarded> = {}) => {
  const tie = TIED[link]
  const recording = { ...FOOTAGE, ...tie.footage, ...footage }
  return decide(person([role], tie.register), action, recording, NOW)
}

describe('vetting', () => {
  const view = (vetting: Vetting[], marking: Marking, now = NOW) =>
    decide(person(['EvidenceManager'], { vetting }), 'view', { ...FOOTAGE, marking }, now)

  it.each(['suspended', 'withdrawn'] as const)('that is %s opens nothing', (status) => {
    expect(view([{ ...VETTED, status }], 'OFFICIAL')).toEqual({ allowed: false, reason: 'vetting' })
  })

  it('counts from the day of its award to the end of its last day', () => {
    const opened = (at: string) => view([VETTED], 'OFFICIAL', new Date(at)).allowed
    expect(opened('2023-12-31T23:59:59.999Z')).toBe(false)
    expect(opened('2024-01-01T00:00:00.000Z')).toBe(true)
    expect(opened('2030-01-01T23:59:59.999Z')).toBe(true)
    expect(opened('2030-01-02T00:00:00.000Z')).toBe(false)
  })

  it('ends with its last day in London, not an hour later in summer', () => {
    const summer = { ...VETTED, awarded: '2026-04-30', expires: '2026-07-01' }
    const opened = (at: string) => view([summer], 'OFFICIAL', new Date(at)).allowed
    expect(opened('2026-04-29T22:59:59.999Z')).toBe(false)
    expect(opened('2026-04-29T23:00:00.000Z')).toBe(true)
    expect(opened('2026-07-01T22:59:59.999Z')).toBe(true)
    expect(opened('2026-07-01T23:00:00.000Z')).toBe(false)
  })

  it('of two kinds counts if one of them is enough', () => {
    const [expired, sc] = [
      { ...VETTED, expires: '2025-01-01' },
      { ...VETTED, level: 'SC' as const },
    ]
    expect(view([expired, sc], 'OFFICIAL').allowed).toBe(false)
    expect(view([expired, sc, VETTED], 'OFFICIAL').allowed).toBe(true)
  })
})

describe('a grant', () => {
  const withGrant = (grant: Partial<Grant>, action: Action, now = NOW) =>
    decide(person(['Investigator']), action, { ...FOOTAGE, grants: [{ ...GRANT, ...grant }] }, now)
      .allowed

  it('ends at its moment', () => {
    expect(withGrant({}, 'view', new Date('2026-11-30T23:59:59.999Z'))).toBe(true)
    expect(withGrant({}, 'view', new Date('2026-12-01T00:00:00.000Z'))).toBe(false)
  })

  it('is for one person', () => {
    expect(withGrant({ oid: OTHER_OID }, 'view')).toBe(false)
  })

  it('to view does not give the original', () => {
    expect(withGrant({ level: 'view' }, 'view')).toBe(true)
    expect(withGrant({ level: 'view' }, 'take-original')).toBe(false)
    expect(withGrant({ level: 'original' }, 'take-original')).toBe(true)
  })

  it('makes no supervisor of another borough able to mark, hold or hand on', () => {
    const footage = { ...FOOTAGE, grants: [GRANT] }
    for (const action of ['mark', 'hold', 'grant'] as const) {
      expect(decide(person(['Supervisor']), action, footage, NOW).allowed, action).toBe(false)
    }
  })
})

describe('unset', () => {
  it('in the register means no', () => {
    const stranger: Principal = { oid: OID, roles: [...ROLES], register: null }
    for (const action of ACTIONS) {
      expect(decide(stranger, action, FOOTAGE, NOW)).toEqual({
        allowed: false,
        reason: 'not-registered',
      })
    }
  })

  it('as a borough ties nobody to footage without a borough', () => {
    const { borough: _, ...nowhere } = REGISTER
    const { borough: __, ...anywhere } = FOOTAGE
    const principal: Principal = { oid: OID, roles: ['Investigator'], register: nowhere }
    expect(decide(principal, 'list', anywhere, NOW)).toEqual({
      allowed: false,
      reason: 'need-to-know',
    })
  })

  it('as a role means no', () => {
    expect(decide(person([]), 'list', FOOTAGE, NOW)).toEqual({ allowed: false, reason: 'role' })
  })
})

it('names the role and the tie by which it allows', () => {
  expect(tied('Investigator', 'borough', 'view')).toEqual({
    allowed: true,
    role: 'Investigator',
    link: 'borough',
  })
})

it.each(['own', 'assignment', 'grant', 'remit'] as const)(
  'names the nearest tie of those to whom all is open: %s',
  (link) => {
    expect(tied('EvidenceManager', link, 'view')).toMatchObject({ allowed: true, link })
  },
)

it.each(['SECRET', 'TOP-SECRET'] as const)(
  'leaves %s footage to auditors of its trail, and to those who put its marking right',
  (marking) => {
    const everyone = person([...ROLES])
    const footage = { ...FOOTAGE, marking, grants: [GRANT] }
    const allowed = ACTIONS.filter((action) => decide(everyone, action, footage, NOW).allowed)
    expect(allowed).toEqual(['mark', 'release-lock', 'hold', 'dispose', 'read-audit', 'verify'])
  },
)

describe('for anybody, anything and any recording', () => {
  const day = (offset: number) => new Date(NOW.getTime() + offset * 86_400_000).toISOString()
  const vettings = fc.array(
    fc.record({
      level: fc.constantFrom(...FORCE_VETTING, ...NATIONAL_SECURITY_VETTING),
      awarded: fc.integer({ min: -900, max: 5 }).map((days) => day(days).slice(0, 10)),
      expires: fc.integer({ min: -5, max: 900 }).map((days) => day(days).slice(0, 10)),
      status: fc.constantFrom('current', 'suspended', 'withdrawn'),
    }),
    { maxLength: 3 },
  ) as fc.Arbitrary<Vetting[]>
  const grants = fc.array(
    fc.record({
      oid: fc.constantFrom(OID, OTHER_OID),
      level: fc.constantFrom('view', 'original'),
      until: fc.integer({ min: -3, max: 3 }).map(day),
    }),
    { maxLength: 3 },
  ) as fc.Arbitrary<Grant[]>
  const recordings: fc.Arbitrary<Guarded> = fc.record({
    marking: fc.constantFrom(...MARKINGS),
    restrictions: fc.subarray([...RESTRICTIONS]),
    officer: fc.constantFrom(OFFICER, OTHER_OFFICER),
    unit: fc.constantFrom('camden-cid', 'hackney-cid'),
    borough: fc.constantFrom('camden', 'hackney', undefined),
    references: fc.subarray([CRIME]),
    grants,
  })
  const people: fc.Arbitrary<Principal> = fc.record({
    oid: fc.constant(OID),
    roles: fc.subarray([...ROLES]),
    register: fc.record({
      officer: fc.constant(OFFICER),
      unit: fc.constant('camden-cid'),
      borough: fc.constant('camden' as const),
      status: fc.constantFrom(...SERVICE_STATUSES),
      vetting: vettings,
      assignments: fc.subarray([CRIME]),
    }),
  })
  const actions = fc.constantFrom(...ACTIONS)
  /** All but what lets nobody see the footage. */
  const vetted = fc.constantFrom(
    ...ACTIONS.filter((action) => action !== 'read-audit' && action !== 'verify'),
  )
  const allowed = (principal: Principal, action: Action, footage: Guarded, now = NOW) =>
    decide(principal, action, footage, now).allowed
  /** Wherever the second is allowed, so is the first. */
  const atLeast = (wider: boolean, narrower: boolean) => expect(wider || !narrower).toBe(true)

  it('raising the marking never widens access', () => {
    fc.assert(
      fc.property(people, actions, recordings, (principal, action, footage) => {
        for (const [step, marking] of MARKINGS.entries()) {
          const higher = MARKINGS[step + 1]
          if (!higher) continue
          atLeast(
            allowed(principal, action, { ...footage, marking }),
            allowed(principal, action, { ...footage, marking: higher }),
          )
        }
      }),
    )
  })

  it('adding a restriction never widens access', () => {
    const restriction = fc.constantFrom(...RESTRICTIONS)
    fc.assert(
      fc.property(people, actions, recordings, restriction, (principal, action, footage, added) => {
        const restrictions = [...footage.restrictions, added]
        atLeast(
          allowed(principal, action, footage),
          allowed(principal, action, { ...footage, restrictions }),
        )
      }),
    )
  })

  it('the passing of time never opens anything but by a vetting that begins', () => {
    const later = fc.integer({ min: 0, max: 2_000 }).map((days) => new Date(day(days)))
    fc.assert(
      fc.property(people, actions, recordings, later, (principal, action, footage, then) => {
        const register = principal.register && {
          ...principal.register,
          vetting: principal.register.vetting.filter(({ awarded }) => awarded <= day(0)),
        }
        const someone = { ...principal, register }
        atLeast(allowed(someone, action, footage), allowed(someone, action, footage, then))
      }),
    )
  })

  it('an earlier end of a vetting or a grant never opens anything', () => {
    fc.assert(
      fc.property(people, actions, recordings, fc.nat(900), (principal, action, footage, days) => {
        const earlier = (end: string) => new Date(Date.parse(end) - days * 86_400_000).toISOString()
        const register = principal.register && {
          ...principal.register,
          vetting: principal.register.vetting.map((one) => ({
            ...one,
            expires: earlier(one.expires).slice(0, 10),
          })),
        }
        const grants = footage.grants.map((one) => ({ ...one, until: earlier(one.until) }))
        const whole = allowed(principal, action, footage)
        atLeast(whole, allowed({ ...principal, register }, action, footage))
        atLeast(whole, allowed(principal, action, { ...footage, grants }))
      }),
    )
  })

  it('who may something to a recording is never among those who may it to none', () => {
    fc.assert(
      fc.property(people, vetted, recordings, (principal, action, footage) => {
        if (!allowed(principal, action, footage)) return
        expect(refusedForAll(principal, action, NOW)).toBeNull()
      }),
    )
  })

  it('no set of roles gets past missing force vetting, whatever it would do', () => {
    fc.assert(
      fc.property(people, vetted, recordings, vettings, (principal, action, footage, all) => {
        const vetting = all.filter(
          ({ level, status }) =>
            NATIONAL_SECURITY_VETTING.some((other) => other === level) || status !== 'current',
        )
        const register = principal.register && { ...principal.register, vetting }
        const everyRole = { ...principal, roles: [...ROLES], register }
        expect(allowed(everyRole, action, footage)).toBe(false)
      }),
    )
  })

  it('losing a role, an assignment or a grant never widens access', () => {
    fc.assert(
      fc.property(people, actions, recordings, fc.nat(), (principal, action, footage, pick) => {
        const without = <T>(all: readonly T[]) => all.filter((_, at) => at !== pick % all.length)
        const lesser = { ...principal, roles: without(principal.roles) }
        const unassigned = principal.register && { ...principal.register, assignments: [] }
        const whole = allowed(principal, action, footage)
        atLeast(whole, allowed(lesser, action, footage))
        atLeast(whole, allowed({ ...principal, register: unassigned }, action, footage))
        atLeast(whole, allowed(principal, action, { ...footage, grants: without(footage.grants) }))
      }),
    )
  })
})

it('gives duties to the roles that are listed for them, and to nobody else', () => {
  for (const duty of Object.keys(DUTIES) as Duty[]) {
    const holders = ROLES.filter((role) => hasDuty([role], duty))
    expect(holders.toSorted(), duty).toEqual([...DUTIES[duty]].toSorted())
  }
  expect(hasDuty([], 'upload-footage')).toBe(false)
})
