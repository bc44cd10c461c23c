import { parseTemplate } from './route-template.ts'

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
function joinRoute(prefix: string, route: string): string {
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

function compareNames(a: string, b: string): number {
  const [left, right] = [a.toUpperCase(), b.toUpperCase()]
  return left < right ? -1 : left > right ? 1 : 0
}
