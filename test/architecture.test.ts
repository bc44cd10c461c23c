import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')

/** A source file and what it imports: paths within the repository, or names of packages. */
type Source = { file: string; text: string; imports: string[] }

const SPECIFIER = /(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g

const sources = (pattern: string): Source[] =>
  globSync(pattern, { cwd: ROOT })
    .toSorted()
    .map((file) => {
      const text = readFileSync(path.join(ROOT, file), 'utf8')
      const imports = [...text.matchAll(SPECIFIER)].map(([, specifier = '']) =>
        specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier,
      )
      return { file, text, imports }
    })

const app = [...sources('functions/**/*.ts'), ...sources('shared/**/*.ts')]
const shared = app.filter(({ file }) => file.startsWith('shared/'))
const functions = app.filter(({ file }) => file.startsWith('functions/'))

/** The files among `all` that import something to which `test` applies, with what it is. */
const importing = (all: Source[], test: (name: string, file: string) => boolean): string[] =>
  all.flatMap(({ file, imports }) =>
    imports.filter((name) => test(name, file)).map((name) => `${file} → ${name}`),
  )
const filesOf = (edges: string[]): string[] => [
  ...new Set(edges.map((edge) => edge.split(' → ')[0] ?? '')),
]

it('sees the imports that it judges', () => {
  const [edge] = sources('shared/storage/answers.ts')
  expect(edge?.imports).toEqual(['@azure/storage-blob'])
  expect(functions.length).toBeGreaterThan(20)
  expect(shared.length).toBeGreaterThan(80)
})

describe('the app', () => {
  it('imports nothing of the infrastructure or the tests', () => {
    expect(importing(app, (name) => /^(infra|test)\//.test(name))).toEqual([])
  })

  it('has functions that import only shared, zod and the programming model', () => {
    const allowed = /^(shared\/|zod$|@azure\/functions$)/
    expect(importing(functions, (name) => !allowed.test(name))).toEqual([])
  })

  it('has a domain that knows nothing of its triggers', () => {
    expect(importing(shared, (name) => name.startsWith('functions/'))).toEqual([])
    const edges = [
      'shared/http/problem.ts',
      'shared/http/read-request.ts',
      'shared/http/route.ts',
      'shared/work/edge.ts',
    ]
    expect(filesOf(importing(shared, (name) => name === '@azure/functions'))).toEqual(edges)
  })

  it('keeps footage, clearance and the shapes of records pure', () => {
    const pure = shared.filter(({ file }) => /^shared\/(footage|clearance)\//.test(file))
    const allowed =
      /^(shared\/(footage|clearance)\/|shared\/(errors|path-text)\.ts$|zod$|uuid$|node:util$)/
    expect(importing(pure, (name) => !allowed.test(name))).toEqual([])
    const records = shared.filter(({ file }) => file.startsWith('shared/records/'))
    const also = /^(shared\/(records\/|media\/chunk-result\.ts$)|canonicalize$|node:crypto$)/
    expect(importing(records, (name) => !allowed.test(name) && !also.test(name))).toEqual([])
  })

  it('builds its adapters and reads its settings in one place', () => {
    const built = /\bcreate(?:Catalogue|Landing|Originals|Quarantine|Queues|AuditTrail)\(/
    const calls = ({ text }: Source) => built.test(text.replaceAll(/function create\w+/g, ''))
    expect(app.filter(calls).map(({ file }) => file)).toEqual(['shared/services.ts'])
    const readers = app.filter(({ text }) => /\breadConfig\(/.test(text)).map(({ file }) => file)
    expect(readers).toEqual(['shared/config.ts', 'shared/services.ts'])
    const environment = app.filter(({ text }) => text.includes('process.env'))
    expect(environment.map(({ file }) => file)).toEqual(['shared/config.ts'])
  })
})

describe('the floors of shared', () => {
  /** Rooms that are houses of their own: their rooms are judged, and what lies beside these. */
  const HOUSES = ['shared/media', 'shared/storage']

  /** The room that a file is in: its folder, or for a file beside the folders itself. */
  const roomOf = (file: string): string => {
    const isOfHouse = HOUSES.some((house) => file.startsWith(`${house}/`))
    return file
      .split('/')
      .slice(0, isOfHouse ? 3 : 2)
      .join('/')
  }

  /** Whatever leads back to itself. */
  const circular = (arrows: (readonly [string, string])[]): string[] => {
    const ahead = Map.groupBy(arrows, ([from]) => from)
    const reachedFrom = (start: string): Set<string> => {
      const reached = new Set<string>()
      const open = [start]
      for (const here of open) {
        for (const [, next] of ahead.get(here) ?? []) {
          if (!reached.has(next)) open.push(next)
          reached.add(next)
        }
      }
      return reached
    }
    return [...ahead.keys()].filter((name) => reachedFrom(name).has(name))
  }

  it('has no file that comes to need itself, not even for a type', () => {
    const arrows = shared.flatMap(({ file, imports }) =>
      imports.map((name) => [file, name] as const),
    )
    expect(circular(arrows)).toEqual([])
    expect(circular([...arrows, ['shared/errors.ts', 'shared/services.ts']])).not.toEqual([])
  })

  it('has no two rooms that need each other', () => {
    // What a rule may reach is said in one type, of what the composition root builds: rules of a
    // room that it builds from may name that type.
    const services = /^import type \{ Services \} from '[./]+services\.ts'$/m
    const arrows = shared.flatMap(({ file, text, imports }) =>
      imports
        .filter((name) => name.startsWith('shared/'))
        .filter((name) => name !== 'shared/services.ts' || !services.test(text))
        .map((name) => [roomOf(file), roomOf(name)] as const)
        .filter(([from, to]) => from !== to),
    )
    expect(circular(arrows)).toEqual([])
    expect(circular([...arrows, ['shared/storage/tables', 'shared/manage']])).not.toEqual([])
  })
})

describe('only one place imports', () => {
  /** Whoever else imports a package by value, not for its types alone. */
  const valueImports = (name: string): string[] => {
    const statement = new RegExp(`^import (?!type\\b).*from '${name}'`, 'm')
    return app.filter(({ text }) => statement.test(text)).map(({ file }) => file)
  }
  const others = (files: string[], allowed: RegExp): string[] =>
    files.filter((file) => !allowed.test(file))

  it.each(['@azure/storage-blob', '@azure/storage-queue', '@azure/data-tables'])('%s', (name) => {
    // The HTTP edge tells an outage of storage from a fault of ours by the class of its errors.
    const allowed = /^shared\/(storage\/|http\/problem\.ts$)/
    expect(others(valueImports(name), allowed)).toEqual([])
  })

  it.each([
    ['@azure/eventgrid', /^shared\/events\/domain-events\.ts$/],
    ['fluent-ffmpeg', /^shared\/media\/running\/ffmpeg\.ts$/],
    ['jose', /^shared\/access\//],
    ['@azure/identity', /^shared\/(storage\/clients|events\/domain-events)\.ts$/],
  ])('%s', (name, allowed) => {
    expect(valueImports(name)).not.toEqual([])
    expect(others(valueImports(name), allowed)).toEqual([])
  })
})

describe('the local runtime', () => {
  it('imports no adapter of the app: a bug would agree with itself', () => {
    // Shapes of the domain, the search for ffmpeg on this machine and a setting of V8 are no adapters.
    const adapters =
      /^shared\/(?!clearance\/|footage\/|collect-buffers\.ts$|media\/(running\/tools|errors)\.ts$)/
    const files = [...sources('infra/*.ts'), ...sources('infra/local/**/*.ts')]
    expect(importing(files, (name) => adapters.test(name))).toEqual([])
  })

  it('imports no test', () => {
    expect(importing(sources('infra/**/*.ts'), (name) => name.startsWith('test/'))).toEqual([])
  })
})

it('has tools that check with the code of the app, as far as that needs no storage', () => {
  const allowed =
    /^(shared\/audit\/(verify-trail|exported-trail|trail-verdict)\.ts$|commander$|zod$|node:)/
  expect(importing(sources('infra/tools/**/*.ts'), (name) => !allowed.test(name))).toEqual([])
  const reached = new Set(['shared/audit/verify-trail.ts'])
  for (const file of reached) {
    for (const name of sources(file).flatMap(({ imports }) => imports)) {
      if (name.startsWith('shared/')) reached.add(name)
    }
  }
  expect([...reached].filter((file) => file.startsWith('shared/storage/'))).toEqual([])
})

it('has the top level that was agreed on, and nothing beside it', () => {
  const ignored = ['node_modules', 'dist', 'coverage', 'local.settings.json']
  const entries = globSync('*', { cwd: ROOT }).filter(
    (name) => !ignored.includes(name) && !name.startsWith('.'),
  )
  const agreed = [
    'LICENSE',
    'README.md',
    'biome.json',
    'functions',
    'host.json',
    'infra',
    'local.settings.sample.json',
    'package-lock.json',
    'package.json',
    'shared',
    'test',
    'tsconfig.build.json',
    'tsconfig.json',
    'vitest.config.ts',
  ]
  expect(entries.toSorted()).toEqual(agreed)
})
