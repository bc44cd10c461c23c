import type { AdvancedFilter } from '../../advanced-filter.ts'
import type { EventSubscription } from '../../topology.ts'
import { type GridEvent, typeOf } from './events.ts'

export type Filters = Pick<
  EventSubscription,
  | 'includedEventTypes'
  | 'subjectBeginsWith'
  | 'subjectEndsWith'
  | 'isSubjectCaseSensitive'
  | 'advancedFilters'
>

/**
 * Says whether a subscription wants an event: type and subject and every advanced filter must
 * agree. Event types and all strings are compared without regard to case, but for the subject
 * where the subscription says otherwise.
 * @see https://learn.microsoft.com/azure/event-grid/event-filtering
 */
export function matches(filters: Filters, event: GridEvent): boolean {
  return (
    wantsType(filters, typeOf(event)) &&
    wantsSubject(filters, event.subject ?? '') &&
    filters.advancedFilters.every((filter) => passes(filter, valueAt(event, filter.key)))
  )
}

function wantsType({ includedEventTypes }: Filters, type: string): boolean {
  return includedEventTypes?.some((included) => fold(included) === fold(type)) ?? true
}

function wantsSubject(filters: Filters, subject: string): boolean {
  const same = filters.isSubjectCaseSensitive ? (text: string) => text : fold
  return (
    same(subject).startsWith(same(filters.subjectBeginsWith)) &&
    same(subject).endsWith(same(filters.subjectEndsWith))
  )
}

/** Values of one filter are alternatives; a "not" operator holds if none of them does. */
function passes(filter: AdvancedFilter, value: unknown): boolean {
  switch (filter.operatorType) {
    case 'StringIn':
      return anyString(filter.values, value, (text, wanted) => text === wanted)
    case 'StringContains':
      return anyString(filter.values, value, (text, wanted) => text.includes(wanted))
    case 'StringBeginsWith':
      return anyString(filter.values, value, (text, wanted) => text.startsWith(wanted))
    case 'StringEndsWith':
      return anyString(filter.values, value, (text, wanted) => text.endsWith(wanted))
    case 'StringNotIn':
      return !anyString(filter.values, value, (text, wanted) => text === wanted)
    case 'StringNotContains':
      return isString(value) && !anyString(filter.values, value, (text, no) => text.includes(no))
    case 'StringNotBeginsWith':
      return isString(value) && !anyString(filter.values, value, (text, no) => text.startsWith(no))
    case 'StringNotEndsWith':
      return isString(value) && !anyString(filter.values, value, (text, no) => text.endsWith(no))
    case 'NumberIn':
      return filter.values.some((wanted) => value === wanted)
    case 'NumberNotIn':
      return !filter.values.some((unwanted) => value === unwanted)
    case 'NumberInRange':
      return isNumber(value) && filter.values.some(([from, to]) => value >= from && value <= to)
    case 'NumberNotInRange':
      return isNumber(value) && !filter.values.some(([from, to]) => value >= from && value <= to)
    case 'NumberLessThan':
      return isNumber(value) && value < filter.value
    case 'NumberLessThanOrEquals':
      return isNumber(value) && value <= filter.value
    case 'NumberGreaterThan':
      return isNumber(value) && value > filter.value
    case 'NumberGreaterThanOrEquals':
      return isNumber(value) && value >= filter.value
    case 'BoolEquals':
      return value === filter.value
    case 'IsNullOrUndefined':
      return value === undefined || value === null
    case 'IsNotNull':
      return value !== undefined && value !== null
  }
}

/** Follows a dotted key, which names fields without regard to case. */
function valueAt(event: GridEvent, key: string): unknown {
  return key.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.entries(value).find(([field]) => fold(field) === fold(name))?.[1]
  }, event)
}

function anyString(
  values: string[],
  value: unknown,
  holds: (text: string, wanted: string) => boolean,
): boolean {
  return isString(value) && values.some((wanted) => holds(fold(value), fold(wanted)))
}

function fold(text: string): string {
  return text.toLowerCase()
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
