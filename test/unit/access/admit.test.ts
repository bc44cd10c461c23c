import { expect, it } from 'vitest'
import { admit } from '../../../shared/access/admit.ts'
import { oidSchema } from '../../../shared/clearance/person.ts'
import { ACTIONS } from '../../../shared/clearance/roles.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import type { Services } from '../../../shared/services.ts'
import { footage } from '../footage-fixture.ts'

const principal = {
  oid: oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'),
  roles: [],
  register: null,
}

/** What storage is asked, in order, until a stranger is refused, and the answer that they get. */
async function refusalOf(stored: Footage | null, action: (typeof ACTIONS)[number]) {
  const asked: string[] = []
  const services = {
    now: () => new Date('2026-11-23T12:00:00.000Z'),
    catalogue: {
      find: async () => {
        asked.push('footage')
        return stored
      },
    },
    attempts: { note: async () => void asked.push('attempt') },
  } as unknown as Services
  const visitor = { principal, clientAddress: null }
  const error: unknown = await admit(services, visitor, action, newFootageId()).catch((e) => e)
  const { code, message } = error as { code: string; message: string }
  return { asked, code, message }
}

it.each(ACTIONS)(
  'refusing to %s costs and says the same whether there is a recording',
  async (action) => {
    const missing = await refusalOf(null, action)
    expect(missing).toMatchObject({ asked: ['footage', 'attempt'], code: 'not-found' })
    for (const state of ['ready', 'disposed'] as const) {
      expect(await refusalOf(footage({ state }), action)).toEqual(missing)
    }
  },
)
