type Constraint = (value: string) => boolean

const isInteger = (value: string, bits: bigint) => {
  if (!/^[+-]?\d+$/.test(value)) return false
  const limit = 2n ** (bits - 1n)
  const number = BigInt(value)
  return number >= -limit && number < limit
}
const isNumber = (value: string) => /^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i.test(value)
const GUID = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i

/**
 * The inline constraints of ASP.NET Core routing, by name.
 * @see https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
const CONSTRAINTS: Record<string, (...args: string[]) => Constraint> = {
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  bool: () => (value) => /^(true|false)$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => isNumber,
  double: () => isNumber,
  float: () => isNumber,
  guid: () => (value) => GUID.test(value),
  int: () => (value) => isInteger(value, 32n),
  length:
    (min = '0', max = min) =>
    (value) =>
      value.length >= Number(min) && value.length <= Number(max),
  long: () => (value) => isInteger(value, 64n),
  max: (max) => (value) => isInteger(value, 64n) && Number(value) <= Number(max),
  maxlength: (max) => (value) => value.length <= Number(max),
  min: (min) => (value) => isInteger(value, 64n) && Number(value) >= Number(min),
  minlength: (min) => (value) => value.length >= Number(min),
  range: (min, max) => (value) =>
    isInteger(value, 64n) && Number(value) >= Number(min) && Number(value) <= Number(max),
  regex: (...args) => {
    const pattern = new RegExp(args.join(',').replaceAll('{{', '{').replaceAll('}}', '}'), 'i')
    return (value) => pattern.test(value)
  },
  required: () => (value) => value !== '',
}

/** @throws Error for a constraint that ASP.NET Core does not have. */
export function parseConstraint(text: string): Constraint {
  const [, name = '', args] = /^(\w+)(?:\((.*)\))?$/s.exec(text) ?? []
  const build = CONSTRAINTS[name.toLowerCase()]
  if (!build) throw new Error(`The route constraint '${text}' does not exist`)
  return build(...(args === undefined ? [] : args.split(',')))
}
