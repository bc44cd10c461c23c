/** A line of a playlist that says something: a tag with its value, or an address. */
export type Line = { tag: string; value: string; number: number } | { uri: string; number: number }

/** What is written against RFC 8216 §4.1 and §4.2, line by line, and the lines themselves. */
export function readLines(text: string): { lines: Line[]; faults: string[] } {
  const faults: string[] = []
  if (text.startsWith('\uFEFF')) faults.push('§4.1: begins with a byte order mark')
  if (text.split(/\r?\n/)[0] !== '#EXTM3U') faults.push('§4.3.1.1: does not begin with #EXTM3U')
  const lines = text.split(/\r?\n/).flatMap((line, index): Line[] => {
    const number = index + 1
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u001f\u007f-\u009f]/.test(line))
      faults.push(`§4.1: control character in line ${number}`)
    if (line === '' || (line.startsWith('#') && !line.startsWith('#EXT'))) return []
    if (!line.startsWith('#')) {
      if (/\s/.test(line)) faults.push(`§4.1: white space in the address of line ${number}`)
      return [{ uri: line, number }]
    }
    const [, tag = '', value = ''] = /^#([^:]+):?(.*)$/.exec(line) ?? []
    return [{ tag, value, number }]
  })
  return { lines, faults }
}

/** Attribute values of RFC 8216 §4.2 as they may be written. */
const ATTRIBUTE =
  /^([A-Z0-9-]+)=("[^"\r\n]*"|0[xX][0-9A-F]+|-?\d+(?:\.\d+)?|\d+x\d+|[A-Z][A-Z0-9-]*)(?:,|$)/

/** Null where the list is not one, or has a name twice. Strings keep their quotes. */
export function readAttributes(list: string): Map<string, string> | null {
  const attributes = new Map<string, string>()
  let rest = list
  while (rest !== '') {
    const [whole, name = '', value = ''] = ATTRIBUTE.exec(rest) ?? []
    if (whole === undefined || attributes.has(name)) return null
    attributes.set(name, value)
    rest = rest.slice(whole.length)
  }
  return list.endsWith(',') ? null : attributes
}

/** `n@o` of RFC 8216 §4.3.2.2. */
export function readRange(range: string): { from: number; to: number } | null {
  const [, length, offset] = /^(\d+)@(\d+)$/.exec(range) ?? []
  return length === undefined ? null : { from: Number(offset), to: Number(offset) + Number(length) }
}
