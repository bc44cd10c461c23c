/**
 * Where in a value stands text that is no Unicode, such as half of a surrogate pair: the names that
 * lead there, joined by dots; null if there is none. Such text can be written in JSON (RFC 8259,
 * section 8.2), but neither hashed in canonical form (RFC 8785, section 3.2.2.2) nor kept as UTF-8.
 */
export function illFormedAt(value: unknown, place: string): string | null {
  // A list instead of recursion: a body may be nested more deeply than a stack goes.
  const open = [{ value, at: '' }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, at } = next
    if (typeof value === 'string' && !value.isWellFormed()) return at || place
    if (typeof value !== 'object' || value === null) continue
    for (const [name, child] of Object.entries(value)) {
      if (!name.isWellFormed()) return at || place
      open.push({ value: child, at: at ? `${at}.${name}` : name })
    }
  }
  return null
}
