import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AdvancedFilter } from '../../../infra/advanced-filter.ts'
import { type Filters, matches } from '../../../infra/local/event-grid/matches.ts'
import { landed } from './landed.ts'

const all: Filters = {
  subjectBeginsWith: '',
  subjectEndsWith: '',
  isSubjectCaseSensitive: false,
  advancedFilters: [],
}
const event = {
  ...landed('one'),
  data: { api: 'PutBlob', size: 42, live: true, gap: null, list: ['a'], deep: { key: 'x' } },
}

describe('matches', () => {
  it('takes everything when nothing is asked', () => {
    expect(matches(all, event)).toBe(true)
  })

  it.each<[string, Partial<Filters>, boolean]>([
    ['its type', { includedEventTypes: ['Microsoft.Storage.BlobCreated'] }, true],
    ['its type in other case', { includedEventTypes: ['microsoft.storage.blobcreated'] }, true],
    ['another type', { includedEventTypes: ['Microsoft.Storage.BlobDeleted'] }, false],
    ['its container', { subjectBeginsWith: '/blobServices/default/containers/landing/' }, true],
    [
      'a container it begins like',
      { subjectBeginsWith: '/blobServices/default/containers/land/' },
      false,
    ],
    ['its end', { subjectEndsWith: '/F1' }, true],
    ['its end, minding case', { subjectEndsWith: '/F1', isSubjectCaseSensitive: true }, false],
    ['another end', { subjectEndsWith: '/f2' }, false],
  ])('compares %s', (_, filters, expected) => {
    expect(matches({ ...all, ...filters }, event)).toBe(expected)
  })

  it.each<[AdvancedFilter, boolean]>([
    [{ operatorType: 'StringIn', key: 'data.api', values: ['CopyBlob', 'putblob'] }, true],
    [{ operatorType: 'StringIn', key: 'Data.API', values: ['PutBlob'] }, true],
    [{ operatorType: 'StringIn', key: 'data.deep.key', values: ['x'] }, true],
    [{ operatorType: 'StringIn', key: 'data.list', values: ['a'] }, false],
    [{ operatorType: 'StringIn', key: 'data.size', values: ['42'] }, false],
    [{ operatorType: 'StringNotIn', key: 'data.api', values: ['PutBlob'] }, false],
    [{ operatorType: 'StringNotIn', key: 'data.absent', values: ['PutBlob'] }, true],
    [{ operatorType: 'StringContains', key: 'subject', values: ['LANDING'] }, true],
    [{ operatorType: 'StringNotContains', key: 'subject', values: ['landing'] }, false],
    [{ operatorType: 'StringNotContains', key: 'data.absent', values: ['x'] }, false],
    [{ operatorType: 'StringBeginsWith', key: 'data.api', values: ['put'] }, true],
    [{ operatorType: 'StringNotBeginsWith', key: 'data.api', values: ['copy'] }, true],
    [{ operatorType: 'StringEndsWith', key: 'data.api', values: ['List'] }, false],
    [{ operatorType: 'StringNotEndsWith', key: 'data.api', values: ['blob'] }, false],
    [{ operatorType: 'NumberIn', key: 'data.size', values: [1, 42] }, true],
    [{ operatorType: 'NumberNotIn', key: 'data.size', values: [42] }, false],
    [{ operatorType: 'NumberNotIn', key: 'data.absent', values: [42] }, true],
    [
      {
        operatorType: 'NumberInRange',
        key: 'data.size',
        values: [
          [1, 2],
          [42, 50],
        ],
      },
      true,
    ],
    [{ operatorType: 'NumberNotInRange', key: 'data.size', values: [[42, 50]] }, false],
    [{ operatorType: 'NumberGreaterThan', key: 'data.size', value: 42 }, false],
    [{ operatorType: 'NumberGreaterThanOrEquals', key: 'data.size', value: 42 }, true],
    [{ operatorType: 'NumberLessThan', key: 'data.size', value: 42 }, false],
    [{ operatorType: 'NumberLessThanOrEquals', key: 'data.size', value: 42 }, true],
    [{ operatorType: 'NumberLessThan', key: 'data.absent', value: 42 }, false],
    [{ operatorType: 'BoolEquals', key: 'data.live', value: true }, true],
    [{ operatorType: 'BoolEquals', key: 'data.absent', value: false }, false],
    [{ operatorType: 'IsNullOrUndefined', key: 'data.gap' }, true],
    [{ operatorType: 'IsNullOrUndefined', key: 'data.absent' }, true],
    [{ operatorType: 'IsNotNull', key: 'data.api' }, true],
    [{ operatorType: 'IsNotNull', key: 'data.gap' }, false],
  ])('applies %o', (filter, expected) => {
    expect(matches({ ...all, advancedFilters: [filter] }, event)).toBe(expected)
  })

  it('demands every advanced filter', () => {
    const holds: AdvancedFilter = { operatorType: 'IsNotNull', key: 'data.api' }
    const fails: AdvancedFilter = { operatorType: 'IsNotNull', key: 'data.gap' }
    expect(matches({ ...all, advancedFilters: [holds, fails] }, event)).toBe(false)
  })

  it('takes any blob of a container, whatever its name, and none of another', () => {
    const filters = { ...all, subjectBeginsWith: '/blobServices/default/containers/landing/blobs/' }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const subject = `/blobServices/default/containers/landing/blobs/${name}`
        const elsewhere = `/blobServices/default/containers/landing2/blobs/${name}`
        return (
          matches(filters, { ...event, subject }) &&
          !matches(filters, { ...event, subject: elsewhere })
        )
      }),
    )
  })

  it('answers a "not in" opposite to an "in"', () => {
    const word = fc.constantFrom('a', 'B', 'ab', 'PutBlob', '')
    fc.assert(
      fc.property(word, fc.array(word, { minLength: 1, maxLength: 5 }), (api, values) => {
        const one = (operatorType: 'StringIn' | 'StringNotIn') =>
          matches(
            { ...all, advancedFilters: [{ operatorType, key: 'data.api', values }] },
            { ...event, data: { api } },
          )
        return one('StringIn') !== one('StringNotIn')
      }),
    )
  })
})
