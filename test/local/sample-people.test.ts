import { describe, expect, it } from 'vitest'
import { sampleDocks, samplePeople } from '../../infra/local/sample-people.ts'
import { ROLES } from '../../shared/clearance/roles.ts'
import { isVettedFor } from '../../shared/clearance/vetting.ts'

const today = new Date('2026-11-23T12:00:00Z')
const isVetted = (name: string) => {
  const person = samplePeople.find((person) => person.name === name)
  if (!person) throw new Error(`no sample person ${name}`)
  return isVettedFor('OFFICIAL', person.register.vetting, today)
}

describe('the sample people and docks', () => {
  it('have ids, names and numbers of their own', () => {
    const ids = [...samplePeople, ...sampleDocks].map(({ oid }) => oid)
    const names = [...samplePeople, ...sampleDocks].map(({ name }) => name)
    const officers = samplePeople.map(({ register }) => register.officer)
    for (const values of [ids, names, officers]) expect(new Set(values).size).toBe(values.length)
  })

  it('show every role', () => {
    const roles = new Set(['Dock', ...samplePeople.flatMap(({ roles }) => roles)])
    expect(roles).toEqual(new Set(ROLES))
  })

  it('show who is vetted and who is not: expired, none, national security only', () => {
    expect(isVetted('Asha Rahman')).toBe(true)
    expect(isVetted('Tom Brennan')).toBe(false)
    expect(isVetted('Leon Carter')).toBe(false)
    expect(isVetted('Ruth Kessler')).toBe(false)
  })
})
