import { parseConstraint } from './route-constraints.ts'

export type HttpFunction = {
  name: string
  /** Without the prefix, as registered. */
  route: string
  methods: readonly string[]
}

export type RouteMatch<F extends HttpFunction> = { function: F; params: Record<string, string> }

export type RouteTable<F extends HttpFunction> = (
  method: string,
  path: string,
) => RouteMatch<F> | undefined

/**
 * Maps HTTP functions by the genuine host's rule: in the order of their **names**, regardless of
 * case, the first whose method and template match takes the request. A literal segment has no
 * precedence over a parameter.
 * @throws Error for a template that cannot be understood or begins with a slash: with one such
 * route the whole host does not start.
 */
export function buildRouteTable<F extends HttpFunction>(
  functions: readonly F[],
  prefix: string,
): RouteTable<F> {
  const mapped = functions
    .toSorted((a, b) => compareNames(a.name, b.name))
    .map((fn) => ({ function: fn, match: parseTemplate(joinRoute(prefix, fn.route)) }))
  return (method, path) => {
    const segments = splitPath(path)
    if (!segments) return undefined
    for (const { function: fn, match } of mapped) {
      const params = fn.methods.includes(method) ? match(segments) : undefined
      if (params) return { function: fn, params }
    }
    return undefined
  }
}

/** The template under which a function is reached, without a leading slash. */
export function joinRoute(prefix: string, route: string): string {
  if (route.startsWith('/')) {
    throw new Error(`The route template '${route}' must not start with a '/' character`)
  }
  return [prefix, route].filter((part) => part !== '').join('/')
}

/**
 * The segments of a request path, decoded except for `%2F` (which stays, as Kestrel leaves it);
 * undefined where a segment is empty. One trailing slash does no harm.
 */
function splitPath(path: string): string[] | undefined {
  const segments = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  if (segments.length === 1 && segments[0] === '') return path === '//' ? undefined : []
  return segments.includes('') ? undefined : segments.map(decodeSegment)
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment.replace(/%2f/gi, (slash) => `%25${slash.slice(1)}`))
  } catch {
    return segment
  }
}

type Match = (segments: string[]) => Record<string, string> | undefined

/** `footage/{id:guid}/{part?}/{*rest}`: the ASP.NET Core template syntax. */
function parseTemplate(template: string): Match {
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

function compareNames(a: string, b: string): number {
  const [left, right] = [a.toUpperCase(), b.toUpperCase()]
  return left < right ? -1 : left > right ? 1 : 0
}
