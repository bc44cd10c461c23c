import { InvalidArgumentError } from 'commander'

// Each reads one option's value or throws InvalidArgumentError, to which commander adds the option.

/** An option that may be repeated. */
export function collect(value: string, former: string[] = []): string[] {
  return [...former, value]
}

/** From 0. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number from 0.')
}

/** From 1 to 999. */
export function atLeastOne(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number from 1 to 999.')
}

/** A length of time. */
export function seconds(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected seconds, for example 62.5.')
}

/** A difference of clocks. */
export function signedSeconds(text: string): number {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected seconds, for example 90 or -3600.')
}

/** A time without a zone would be read differently in winter and in summer. */
export function time(text: string): Date {
  const date = new Date(text)
  if (/(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new InvalidArgumentError('Expected a time with zone, for example 2026-11-23T21:04:00Z.')
}
