import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildRouteTable } from '../../../infra/local/functions-host/routes.ts'

const get = (name: string, route: string, methods = ['GET']) => ({ name, route, methods })
const route = (template: string) => {
  const table = buildRouteTable([get('f', template)], '')
  return (path: string) => table('GET', path)?.params
}

describe('which function takes a request', () => {
  it('is decided by function name: a literal has no precedence', () => {
    const table = buildRouteTable([get('b', 'footage/summary'), get('a', 'footage/{id}')], 'api')
    expect(table('GET', '/api/footage/summary')).toMatchObject({
      function: { name: 'a' },
      params: { id: 'summary' },
    })
  })

  it('is decided without regard to the case of names', () => {
    const table = buildRouteTable([get('Zed', '{x}'), get('alpha', '{y}')], '')
    expect(table('GET', '/1')?.function.name).toBe('alpha')
  })

  it('goes on to the next template when the method does not fit', () => {
    const table = buildRouteTable([get('a', 'x', ['PUT']), get('b', 'x')], '')
    expect(table('GET', '/x')?.function.name).toBe('b')
    expect(table('PUT', '/x')?.function.name).toBe('a')
    expect(table('HEAD', '/x')).toBeUndefined()
    expect(table('OPTIONS', '/x')).toBeUndefined()
  })

  it('is the first by name where template and method are the same', () => {
    const table = buildRouteTable([get('second', 'x'), get('first', 'x')], '')
    expect(table('GET', '/x')?.function.name).toBe('first')
  })
})

describe('a template', () => {
  it('matches paths without regard to case and accepts a trailing slash', () => {
    expect(route('Footage/{id}/clip')('/footage/AbC/CLIP/')).toEqual({ id: 'AbC' })
  })

  it.each(['//', '/footage//', '//footage/1', '/footage//1', '/footage', '/footage/1/2'])(
    'does not match %s',
    (path) => expect(route('footage/{id}')(path)).toBeUndefined(),
  )

  it('has optional parameters, defaults and catch-alls', () => {
    expect(route('a/{b?}')('/a')).toEqual({})
    expect(route('a/{b=7}')('/a')).toEqual({ b: '7' })
    expect(route('a/{*rest}')('/a/b/c')).toEqual({ rest: 'b/c' })
    expect(route('a/{*rest}')('/a')).toEqual({})
  })

  it('has parameters within a segment', () => {
    expect(route('clips/{id}.mp4')('/clips/7.mp4')).toEqual({ id: '7' })
    expect(route('clips/{id}.mp4')('/clips/7xmp4')).toBeUndefined()
  })

  it.each([
    ['{id:int}', '12', '1x'],
    ['{id:guid}', '6f1e1e0e-6a0b-4b7e-9a0c-0d8d7c3f5a11', '6f1e'],
    ['{id:length(2,3)}', 'ab', 'abcd'],
    ['{id:int:range(1,5)}', '5', '6'],
    ['{id:regex(^\\d{{3}}$)}', '123', '12'],
    ['{id:regex(^(a/b|c)$)}', 'c', 'd'],
    ['{id:alpha:minlength(2)?}', 'ab', 'a'],
  ])('with constraint %s matches %s and not %s', (template, right, wrong) => {
    expect(route(template)(`/${right}`)).toEqual({ id: right })
    expect(route(template)(`/${wrong}`)).toBeUndefined()
  })

  it('decodes parameters once, except for an encoded slash', () => {
    expect(route('{id}')('/a%20b')).toEqual({ id: 'a b' })
    expect(route('{id}')('/a%2Fb')).toEqual({ id: 'a%2Fb' })
    expect(route('{id}')('/a%252Fb')).toEqual({ id: 'a%2Fb' })
    expect(route('{id}')('/a%ZZ')).toEqual({ id: 'a%ZZ' })
  })

  it('gives back any text that a caller encodes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(!text.includes('/') && !text.includes('%'))
        expect(route('x/{id}')(`/x/${encodeURIComponent(text)}`)).toEqual({ id: text })
      }),
    )
  })

  it('that begins with a slash, or is not understood, is an error for the whole host', () => {
    expect(() => route('/footage')).toThrow(`must not start with a '/'`)
    expect(() => route('{id:colour}')).toThrow(`constraint 'colour' does not exist`)
    expect(() => route('a{b')).toThrow('not understood')
  })
})
