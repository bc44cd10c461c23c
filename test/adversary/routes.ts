import { globSync } from 'node:fs'
import path from 'node:path'
import type { Declaration } from '../../shared/http/declaration.ts'
import { declaredRoutes } from '../../shared/http/route.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** Every route that the app declares: one that is added tomorrow is attacked without a further word. */
export const ROUTES: readonly Declaration[] = await loaded()

async function loaded(): Promise<Declaration[]> {
  const { warn } = console
  // Outside a host the programming model warns of each function that it registers nowhere.
  console.warn = () => {}
  try {
    for (const file of globSync('functions/**/*.ts', { cwd: ROOT })) {
      await import(path.join(ROOT, file))
    }
  } finally {
    console.warn = warn
  }
  return declaredRoutes()
}

/** The id of no recording, and of nobody and nothing else. */
export const NOTHING = '019ab4ea-0000-7000-8000-000000000000'

/** A value for every path parameter, such as its schema takes. */
const VALUES: Readonly<Record<string, string>> = {
  id: NOTHING,
  oid: NOTHING,
  viewing: NOTHING,
  package: NOTHING,
  request: NOTHING,
  name: 'iopc-2026-114',
  type: 'crime',
  value: '2412345/26',
  urn: '01AB/2345/26',
  serial: 'VB-0001',
  from: '2026-11-01T08:00:00Z',
  ticket: 'ticket',
  file: 'master.m3u8',
}

const reason = 'asked for by the officer in charge'

/** A body for every route that takes one, such as its schema takes. */
const BODIES: Readonly<Record<string, unknown>> = {
  amendFootage: { reason, marking: 'OFFICIAL' },
  askBreakGlass: { reason },
  assignOfficer: { reason },
  callOffDisposal: { reason },
  cancelPackage: { reason },
  endPlayback: { reason },
  endPlaybacks: { reason },
  endPlaybacksOfPerson: { reason },
  grantAccess: { reason, level: 'view', until: new Date(Date.now() + 3_600_000).toISOString() },
  holdFootage: { reason },
  importPeople: 'oid,officer,unit',
  issueCamera: { reason, officer: 'P214567', to: null },
  linkReference: { reason },
  markForCase: { reason, standing: 'evidence', reviewer: 'P214567', reviewedOn: '2026-01-05' },
  openPlayback: { reason },
  openUpload: {
    camera: { serial: 'VB-0001', firmware: '1.0' },
    sequence: 1,
    officer: 'P214567',
    unit: 'camden-response-1',
    borough: 'camden',
    dockSite: 'kentish-town',
    clock: {
      recordingStartedAt: '2026-11-01T08:00:00Z',
      deviceAt: '2026-11-01T16:00:00Z',
      dockAt: '2026-11-01T16:00:00Z',
    },
    durationSeconds: 1,
    recording: { size: 1, sha256: 'ab'.repeat(32), contentType: 'video/mp4' },
    references: [{ type: 'crime', value: '2412345/26' }],
    sidecars: [{ kind: 'gps-track', size: 1, sha256: null, contentType: 'text/csv' }],
  },
  orderDisposal: { reason, rule: 'non-evidential' },
  putPerson: {
    reason,
    officer: 'P214567',
    unit: 'camden-response-1',
    borough: 'camden',
    vetting: [{ level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
    assignments: [{ type: 'crime', value: '2412345/26' }],
  },
  refuseBreakGlass: { reason },
  releaseHold: { reason },
  releaseQuarantine: { part: 'recording', reason },
  requestPackage: {
    reason,
    recipients: [
      { name: 'A. Clerk', organisation: 'CPS', capacity: 'prosecution', contact: 'a@example.org' },
    ],
  },
  reviewBreakGlass: { outcome: 'justified', note: reason },
  revokeAccess: { reason },
  takeOriginal: { reason },
  unassignOfficer: { reason },
  unlinkReference: { reason },
  withdrawCameraIssue: { reason },
}

/** The value that stands for a path parameter. @throws Error where this suite knows none yet */
export function exampleOf(parameter: string): string {
  const value = VALUES[parameter]
  if (value === undefined) throw new Error(`Say in VALUES what {${parameter}} looks like.`)
  return value
}

/** The body that a route takes; undefined: none. @throws Error where this suite knows none yet */
export function bodyOf({ name, body }: Declaration): unknown {
  if (!body) return undefined
  if (!(name in BODIES)) throw new Error(`Say in BODIES what ${name} takes.`)
  return BODIES[name]
}

/** The path parameters of a route. */
export const parametersOf = ({ path }: Declaration): string[] =>
  [...path.matchAll(/\{\*?(\w+)\}/g)].map(([, name = '']) => name)

/** The address of a route below `/api`; `values` stand in it as they are, the others encoded. */
export const addressOf = (
  { path }: Pick<Declaration, 'path'>,
  values: Readonly<Record<string, string>> = {},
): string =>
  path.replaceAll(
    /\{\*?(\w+)\}/g,
    (_, name: string) => values[name] ?? encodeURIComponent(exampleOf(name)),
  )
