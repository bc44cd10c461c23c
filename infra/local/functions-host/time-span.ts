const TIME_SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,3})\d*)?$/

/**
 * Milliseconds of a .NET TimeSpan `[d.]hh:mm:ss[.fff]`, or undefined if it is none.
 * @see https://learn.microsoft.com/dotnet/standard/base-types/standard-timespan-format-strings
 */
export function parseTimeSpan(text: string): number | undefined {
  const [matched, days = '0', hours, minutes, seconds, fraction = '0'] = TIME_SPAN.exec(text) ?? []
  if (matched === undefined) return undefined
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const wholeSeconds =
    ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  return wholeSeconds * 1000 + Number(fraction.padEnd(3, '0'))
}
