import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

type Entry = { model: string; id: string; payload: AdapterPayload }

/**
 * Where the provider keeps sign-ins, codes and grants: in this process, until it ends. The
 * provider's own in-memory store does the same but prints a warning meant for production, and it
 * would forget a sign-in under way when keys are rotated.
 */
export function memoryAdapterFactory(): AdapterFactory {
  const entries = new Map<string, Entry>()
  return (model) => adapterFor(model, entries)
}

/** Expiry is the provider's own check, by the `exp` in each payload; nothing is evicted here. */
function adapterFor(model: string, entries: Map<string, Entry>): Adapter {
  const keyOf = (id: string) => `${model}:${id}`
  const findBy = (field: 'uid' | 'userCode', value: string) =>
    [...entries.values()].find((entry) => entry.model === model && entry.payload[field] === value)
      ?.payload

  return {
    upsert: async (id, payload) => void entries.set(keyOf(id), { model, id, payload }),
    find: async (id) => entries.get(keyOf(id))?.payload,
    findByUid: async (uid) => findBy('uid', uid),
    findByUserCode: async (userCode) => findBy('userCode', userCode),
    consume: async (id) => {
      const entry = entries.get(keyOf(id))
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => void entries.delete(keyOf(id)),
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
    },
  }
}
