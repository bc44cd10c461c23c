import { HIGHEST_SERVABLE } from '../clearance/marking.ts'
import type { Oid, Principal, RegisterEntry } from '../clearance/person.ts'
import { type Link, tiesFor } from '../clearance/roles.ts'
import { isVettedFor } from '../clearance/vetting.ts'
import { BluelampError } from '../errors.ts'
import type { AccessPath } from '../footage/index-keys.ts'
import type { Sought } from './search-query.ts'

/** What a search reads: the footage along any of these paths, so far back in one request. */
export type SearchPlan = { paths: AccessPath[]; reachMs: number }

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * How far back one request goes, where nothing that it may list makes it end before. Among what it
 * reads is what the caller may not list; where a page ends must not tell how much. So it goes by
 * what is asked and who asks, and by how many rows there can be: some 15,000 are a second's work.
 */
const REACH_MS = {
  /** Of an officer, a camera, a case, a person's grants: some ten a day. */
  narrow: 2 * 366 * DAY_MS,
  /** Nearly all of it is for the caller to list: a page is full long before. */
  theirs: 92 * DAY_MS,
  /** Of a borough or a unit, up to 2,000 a day, which may all be hidden. */
  broad: 7 * DAY_MS,
  /** Of the force, up to 64,000 a day, which may all be hidden. */
  force: 6 * HOUR_MS,
}

/**
 * What to read of the index for that person: where hardly anything would be for them, what ties them
 * to footage is read in place of what they ask for. It rests on query and person alone.
 * @throws BluelampError `invalid-request` if nothing is named by one whose remit is the whole force
 */
export function planSearch(
  { oid, roles }: Principal,
  register: RegisterEntry,
  sought: Sought,
  now: Date,
): SearchPlan {
  const asked = narrowestPath(sought)
  const ties = tiesFor(roles, 'list')
  const seesMost = isVettedFor(HIGHEST_SERVABLE, register.vetting, now)
  const plan = (paths: AccessPath[], areTheirs: boolean): SearchPlan => ({
    paths,
    reachMs: reachOf(paths, areTheirs && seesMost),
  })
  if (asked && isNarrow(asked)) return plan([asked], false)
  if (ties.has('remit')) {
    if (asked) return plan([asked], true)
    const message = 'search by reference, camera, officer, unit, borough or state'
    throw new BluelampError('invalid-request', `Your remit is the whole force: ${message}.`, {
      errors: [{ field: 'query', message }],
    })
  }
  const theirs = pathsOfTies(oid, register, ties).filter((path) => mayMatch(path, sought))
  const isTheirs = asked && theirs.some((path) => isSame(path, asked))
  if (isTheirs) return plan([asked], true)
  // A team within someone's borough is a small part of that.
  const isTeam = asked?.by === 'unit' && theirs.some(({ by }) => by === 'borough')
  return isTeam ? plan([asked], false) : plan(theirs, true)
}

/** The narrowest path that is named. */
function narrowestPath(sought: Sought): AccessPath | null {
  if (sought.reference) return { by: 'reference', reference: sought.reference }
  if (sought.camera) return { by: 'camera', camera: sought.camera }
  if (sought.officer) return { by: 'officer', officer: sought.officer }
  if (sought.unit) return { by: 'unit', unit: sought.unit }
  if (sought.borough) return { by: 'borough', borough: sought.borough }
  if (sought.state) return { by: 'state', state: sought.state }
  return null
}

/** Where all lies that a person is tied to, as far as these ties count for them. */
function pathsOfTies(
  oid: Oid,
  { officer, unit, borough, assignments }: RegisterEntry,
  ties: ReadonlySet<Link>,
): AccessPath[] {
  const paths: AccessPath[] = []
  if (ties.has('own')) paths.push({ by: 'officer', officer })
  if (ties.has('unit')) paths.push({ by: 'unit', unit })
  if (ties.has('borough') && borough) paths.push({ by: 'borough', borough })
  if (ties.has('assignment')) {
    paths.push(...assignments.map((reference) => ({ by: 'reference', reference }) as const))
  }
  if (ties.has('grant')) paths.push({ by: 'grant', oid })
  return paths
}

/** Whether there can be anything along that path of what is sought. */
const mayMatch = (path: AccessPath, sought: Sought): boolean =>
  (path.by !== 'unit' || sought.unit === undefined || sought.unit === path.unit) &&
  (path.by !== 'borough' || sought.borough === undefined || sought.borough === path.borough)

const isSame = (path: AccessPath, asked: AccessPath): boolean =>
  (path.by === 'unit' && asked.by === 'unit' && path.unit === asked.unit) ||
  (path.by === 'borough' && asked.by === 'borough' && path.borough === asked.borough)

const isNarrow = ({ by }: AccessPath): boolean =>
  by !== 'unit' && by !== 'borough' && by !== 'state'

function reachOf(paths: readonly AccessPath[], areTheirs: boolean): number {
  if (paths.every(isNarrow)) return REACH_MS.narrow
  if (areTheirs) return REACH_MS.theirs
  return paths.some(({ by }) => by === 'state') ? REACH_MS.force : REACH_MS.broad
}
