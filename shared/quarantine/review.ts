import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { decide } from '../clearance/decide.ts'
import type { Principal } from '../clearance/person.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import { type Footage, footageSchema } from '../footage/footage.ts'
import { freeTextSchema } from '../footage/free-text.ts'
import { type FootageId, partNameSchema } from '../footage/ids.ts'
import { EVER } from '../footage/index-keys.ts'
import { findPart, partSchema, withPart } from '../footage/parts.ts'
import { workListsOf } from '../footage/work-lists.ts'
import type { Services } from '../services.ts'

/** How long an inspector may read quarantined bytes by one URL. */
const INSPECT_SAS_LIFE_MS = 2 * 60_000
/** How many recordings one list shows. */
const LIST_LIMIT = 100

/** A recording with its parts whose bytes were not as declared, and every failed attempt. */
export const quarantinedSchema = footageSchema
  .pick({ id: true, sequence: true, dockSite: true })
  .extend({
    camera: z.string(),
    parts: z.array(
      partSchema
        .pick({ part: true, declared: true, mismatches: true })
        .meta({ id: 'QuarantinedPart' }),
    ),
  })
  .meta({ id: 'QuarantinedRecording' })
export type Quarantined = z.infer<typeof quarantinedSchema>

/** The same, with short-lived URLs to read what was received. */
export const inspectedSchema = quarantinedSchema.extend({
  attempts: z.array(z.object({ part: partNameSchema, blob: z.string(), url: z.url() })),
})

/** Recordings of which a part waits in quarantine and which this person may mark, newest first. */
export async function listQuarantine(
  { index, catalogue, now }: Services,
  principal: Principal,
): Promise<Quarantined[]> {
  const found: Quarantined[] = []
  for await (const { summary } of index.read({ by: 'state', state: 'quarantined' }, EVER)) {
    const footage = await catalogue.get(summary.id)
    if (!workListsOf(footage).includes('quarantined')) continue
    if (decide(principal, 'mark', footage, now()).allowed) found.push(quarantinedOf(footage))
    if (found.length === LIST_LIMIT) break
  }
  return found
}

/**
 * What waits of one recording, with URLs to inspect the bytes. They may show as much as the original
 * would: whoever may not view it may not inspect them, and the inspection is recorded first.
 * @throws BluelampError `not-found` if refused, missing, or nothing waits
 */
export async function inspectQuarantine(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<z.infer<typeof inspectedSchema>> {
  const { quarantine, audit } = services
  const { footage, basis } = await admit(services, visitor, 'view', id)
  if (!footage.parts.some(({ mismatches }) => mismatches.length > 0)) throw nothingHere()
  await audit.append(id, {
    action: 'quarantine-inspected',
    actor: visitor.principal.oid,
    basis,
    clientAddress: visitor.clientAddress,
  })
  const attempts = footage.parts.flatMap(({ part, mismatches }) =>
    mismatches.map(async ({ quarantineBlob: blob }) => {
      const { url } = await quarantine.signRead(blob, INSPECT_SAS_LIFE_MS)
      return { part, blob, url }
    }),
  )
  return { ...quarantinedOf(footage), attempts: await Promise.all(attempts) }
}

/** Why a person accepts bytes that are not what the dock declared. */
export const quarantineReleaseSchema = z.strictObject({
  part: partNameSchema.default('recording'),
  reason: freeTextSchema({ min: 10, max: 500 }).meta({
    description: 'why, for the record',
    examples: ['the card was damaged when it was docked'],
  }),
})

/**
 * Accepts the latest quarantined bytes of a part as they are: they go back to landing and are
 * secured with their measured hash. What the dock had declared stays on record beside it.
 * @throws BluelampError `not-found` if refused, missing, or nothing waits; `conflict` if the part is
 *   secured by now, or something else has landed that is to be verified first
 */
export async function releaseQuarantine(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  { part: name, reason }: z.infer<typeof quarantineReleaseSchema>,
): Promise<void> {
  const { catalogue, quarantine, audit } = services
  const { footage, basis } = await admit(services, visitor, 'mark', id)
  const part = findPart(footage, name)
  const latest = part?.mismatches.at(-1)
  if (!part || !latest) throw nothingHere()
  if (part.state === 'secured') throw new BluelampError('conflict', 'That part is secured already.')
  await audit.append(id, {
    action: 'quarantine-released',
    actor: visitor.principal.oid,
    basis,
    reason,
    clientAddress: visitor.clientAddress,
    detail: { part: name, sha256: latest.measured.sha256, quarantineBlob: latest.quarantineBlob },
  })
  await catalogue.change(id, (current) => {
    const waiting = findPart(current, name)
    if (!waiting || waiting.state === 'secured') return null
    return { parts: withPart(current, { ...waiting, accepted: latest.measured }) }
  })
  if (await quarantine.putBack(id, name, latest.quarantineBlob)) return
  throw new BluelampError(
    'conflict',
    'That part was sent again and is being verified. Look at what comes of it first.',
  )
}

const quarantinedOf = ({ id, camera, sequence, dockSite, parts }: Footage): Quarantined => ({
  id,
  camera: camera.serial,
  sequence,
  dockSite,
  parts: parts
    .filter(({ mismatches }) => mismatches.length > 0)
    .map(({ part, declared, mismatches }) => ({ part, declared, mismatches })),
})
