import { RestError } from '@azure/storage-blob'
import { describe, expect, it } from 'vitest'
import { BluelampError, ERROR_CODES, faultOf, nothingHere } from '../../../shared/errors.ts'
import { problemOf } from '../../../shared/http/problem.ts'

const CODES = [
  ['invalid-request', 400],
  ['unauthenticated', 401],
  ['forbidden', 403],
  ['not-found', 404],
  ['gone', 410],
  ['playback-refused', 403],
  ['playback-lapsed', 403],
  ['playback-ended', 410],
  ['conflict', 409],
  ['precondition-failed', 412],
  ['precondition-required', 428],
  ['too-large', 413],
  ['too-many-requests', 429],
  ['damaged-record', 500],
  ['misconfigured', 500],
  ['internal', 500],
  ['unavailable', 503],
] as const

const bodyOf = (error: unknown) => JSON.parse(String(problemOf(error, 'call-1').body))

describe.each(CODES)('an error %s', (code, status) => {
  const errors = [{ field: 'size', message: 'too small' }]
  const problem = problemOf(new BluelampError(code, 'What to do.', { errors }), 'call-1')

  it(`is problem+json with status ${status}`, () => {
    expect(problem.status).toBe(status)
    expect(problem.headers).toMatchObject({ 'content-type': 'application/problem+json' })
    expect(JSON.parse(String(problem.body))).toEqual({
      type: `urn:bluelamp:problem:${code}`,
      title: faultOf(code).title,
      status,
      detail: 'What to do.',
      errors,
      ...(status >= 500 && { correlationId: 'call-1' }),
    })
  })
})

it('challenges those without a valid token', () => {
  const { headers } = problemOf(new BluelampError('unauthenticated', 'No.'), 'call-1')
  expect(headers).toMatchObject({ 'www-authenticate': 'Bearer' })
})

it('says when to try again, in whole seconds', () => {
  const error = new BluelampError('too-many-requests', 'No.', { retryAfterMs: 1_001 })
  expect(problemOf(error, 'call-1').headers).toMatchObject({ 'retry-after': '2' })
})

it('knows every code', () => {
  expect(CODES.map(([code]) => code).toSorted()).toEqual(ERROR_CODES.toSorted())
})

it.each([new Error('secret'), new RestError('secret', { statusCode: 400 }), 'secret', null, {}])(
  'says nothing of what was not foreseen but where to look: %s',
  (error) => {
    expect(bodyOf(error)).toMatchObject({ status: 500, correlationId: 'call-1' })
    expect(JSON.stringify(bodyOf(error))).not.toContain('secret')
  },
)

it.each([undefined, 500, 503])('calls storage unavailable that answers %s', (statusCode) => {
  const error = new RestError('secret', statusCode ? { statusCode } : {})
  expect(bodyOf(error)).toMatchObject({ status: 503, type: 'urn:bluelamp:problem:unavailable' })
})

it('tells a refused caller and one who asks for nothing the same', () => {
  expect(problemOf(nothingHere(), 'call-1')).toEqual(problemOf(nothingHere(), 'call-2'))
})
