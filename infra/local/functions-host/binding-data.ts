import type { TypedData } from '../core-module/rpc.ts'

/**
 * The named values that go with an invocation. Names are compared without regard to case and the
 * **first spelling is kept**, while the last value wins, as in the host's own dictionary: that is
 * why `?ID=9` on a route `{id}` leaves `params.id` undefined.
 */
export class BindingData {
  readonly #values = new Map<string, { name: string; value: TypedData }>()

  set(name: string, value: TypedData): this {
    const key = name.toLowerCase()
    this.#values.set(key, { name: this.#values.get(key)?.name ?? name, value })
    return this
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase())
  }

  /**
   * Adds the top-level fields of a payload that is a JSON object, as the host does for every
   * trigger whose value is text. They replace what has the same name: a payload's `id` hides the
   * id of the message it came in. Arrays and nulls are left out, scalars become text.
   */
  applyPayload(text: string): this {
    for (const [name, value] of Object.entries(parseObject(text))) {
      if (value === null || Array.isArray(value)) continue
      this.set(name, typeof value === 'object' ? json(value) : { string: scalarText(value) })
    }
    return this
  }

  toTriggerMetadata(): Record<string, TypedData> {
    return Object.fromEntries([...this.#values.values()].map(({ name, value }) => [name, value]))
  }
}

/** A value that arrives parsed. */
export function json(value: unknown): TypedData {
  return { json: JSON.stringify(value) }
}

function parseObject(text: string): object {
  if (!/^\s*\{/.test(text)) return {}
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** As .NET writes a JSON scalar: booleans with a capital. */
function scalarText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return String(value)
}
