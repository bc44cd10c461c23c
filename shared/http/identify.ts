import type { Refusal } from '../access/admit.ts'
import { hasDuty } from '../clearance/decide.ts'
import type { Principal } from '../clearance/person.ts'
import type { Duty } from '../clearance/roles.ts'
import { BluelampError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Declaration, Identified } from './declaration.ts'

/**
 * Who calls; undefined where a route does not ask that. Who is refused for their roles is known, so
 * it stands in the log of attempts, under the route: what else they sent has not been looked at.
 * @throws BluelampError `unauthenticated`; `forbidden` if none of the caller's roles has the duty
 */
export async function identify(
  { access, name }: Declaration,
  authorization: string | null,
  { authenticate, people, attempts, log }: Services,
  clientAddress: string | null,
): Promise<Identified | undefined> {
  if (access === 'anyone' || access === 'ticket') return undefined
  const caller = await authenticate(authorization)
  const { oid, roles, vouchedUntil } = caller
  const refuse = async (duty: Duty, refusal: Refusal, message: string): Promise<never> => {
    await attempts.note({ actor: oid, action: duty, footageId: name, refusal, clientAddress })
    throw new BluelampError('forbidden', message)
  }
  if ('duty' in access && !hasDuty(roles, access.duty)) {
    const duty = access.duty.replaceAll('-', ' ')
    await refuse(access.duty, 'role', `Your roles do not include one that may ${duty}.`)
  }
  let read: Promise<Principal> | undefined
  const principal = (): Promise<Principal> => {
    read ??= people.find(oid).then((registered) => {
      if (registered?.altered) {
        log.error('the row of a person was altered past the register: its history counts', { oid })
      }
      return { oid, roles, register: registered?.entry ?? null }
    })
    return read
  }
  // Docks are in no register, and the first administrator is in none yet.
  if ('duty' in access && access.duty !== 'upload-footage') {
    const { register } = await principal()
    if (register && register.status !== 'serving') {
      const message = 'The people register does not have you in service.'
      await refuse(access.duty, 'not-serving', message)
    }
  }
  const visitor = async () => ({
    principal: await principal(),
    clientAddress,
    vouchedUntil,
  })
  return { caller, principal, visitor }
}
