import { parseConstraint } from './route-constraints.ts'

/** The parameters of a path, given as its decoded segments; undefined where it does not match. */
export type Match = (segments: string[]) => Record<string, string> | undefined

/**
 * Reads a route template in the syntax of ASP.NET Core: `footage/{id:guid}/{part?}/{*rest}`.
 * @throws Error for one that cannot be understood.
 * @see https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export function parseTemplate(template: string): Match {
  const parts = splitTemplate(template).map(parseSegment)
  return (segments) => {
    const params: Record<string, string> = {}
    for (const [index, part] of parts.entries()) {
      const rest = part.catchAll ? segments.slice(index).join('/') : segments[index]
      if (!part.match(rest === '' ? undefined : rest, params)) return undefined
    }
    const isLonger = segments.length > parts.length && !parts.at(-1)?.catchAll
    return isLonger ? undefined : params
  }
}

/** Slashes within braces belong to a constraint's regular expression. */
function splitTemplate(template: string): string[] {
  return template.match(/(?:\{(?:[^{}]|\{\{|\}\}|\{[^{}]*\})*\}|[^/])+/g) ?? []
}

type Segment = {
  catchAll: boolean
  match: (value: string | undefined, params: Record<string, string>) => boolean
}

const PARAMETER = /^\{(\*{0,2})([A-Za-z_][\w-]*)((?::.+?)*?)(?:(\?)|=([^{}()]*))?\}$/

function parseSegment(text: string): Segment {
  const [parameter, stars, name = '', constraints = '', optional, fallback] =
    PARAMETER.exec(text) ?? []
  if (parameter !== undefined) {
    const satisfies = splitConstraints(constraints).map(parseConstraint)
    const catchAll = stars !== ''
    return {
      catchAll,
      match(value = fallback, params) {
        if (value === undefined) return catchAll || optional === '?'
        if (!satisfies.every((satisfied) => satisfied(value))) return false
        params[name] = value
        return true
      },
    }
  }
  return { catchAll: false, match: parseMixedSegment(text) }
}

/** A literal, or literals and parameters in one segment: `clip-{id}.mp4`. */
function parseMixedSegment(text: string): Segment['match'] {
  const names: string[] = []
  const source = text
    .split(/(\{[A-Za-z_][\w-]*\})/)
    .map((part, index) => {
      if (index % 2 === 0) {
        if (/[{}]/.test(part)) throw new Error(`The route segment '${text}' is not understood`)
        return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      }
      names.push(part.slice(1, -1))
      return '(.+)'
    })
    .join('')
  const pattern = new RegExp(`^${source}$`, 'i')
  return (value, params) => {
    const matched = value === undefined ? null : pattern.exec(value)
    for (const [index, name] of names.entries()) params[name] = matched?.[index + 1] ?? ''
    return matched !== null
  }
}

/** `:int:range(1,5)` → `int`, `range(1,5)`; a colon in parentheses is the constraint's own. */
function splitConstraints(text: string): string[] {
  return text.match(/[^:(]+(?:\(.*?\)(?=:|$))?/gs) ?? []
}
