import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../infra/local/azurite.ts'
import { type FunctionsHost, startFunctionsHost } from '../infra/local/functions-host/host.ts'
import { APP_DIRECTORY } from '../infra/local/local-system.ts'
import sample from '../local.settings.sample.json' with { type: 'json' }

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const catalogue = readFileSync(new URL('../functions/README.md', import.meta.url), 'utf8')

let storage: Azurite
let host: FunctionsHost
beforeAll(async () => {
  storage = await startAzurite()
  const connections = {
    AzureWebJobsStorage: storage.connectionString,
    FootageStorage: storage.connectionString,
  }
  host = await startFunctionsHost({
    appDirectory: APP_DIRECTORY,
    settings: { ...sample.Values, ...connections, SWEEP_SCHEDULE: '0 0 0 1 1 *' },
    port: 0,
    log: () => {},
  })
})
afterAll(async () => {
  await host.dispose()
  await storage.dispose()
})

describe('the README of the functions', () => {
  it('has every function that the built app registers, with its trigger, and no other', () => {
    const rows = section(catalogue, 'Every function').matchAll(
      /^\| (`.+?) +\| (HTTP|Event Grid|queue|timer) +\|/gm,
    )
    const documented = [...rows].flatMap(([, names = '', trigger = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `${name}: ${trigger}`),
    )
    const words = { http: 'HTTP', eventGrid: 'Event Grid', queue: 'queue', timer: 'timer' }
    const registered = host.functions.map(({ name, trigger }) => `${name}: ${words[trigger]}`)
    expect(documented.sort()).toEqual(registered.sort())
  })

  it('has every endpoint, and no other', () => {
    const rows = section(catalogue, 'Every endpoint').matchAll(/^\| `([A-Z,]+ \/api\/[^`]+)` *\|/gm)
    const documented = [...rows].map(([, endpoint]) => endpoint)
    const registered = host.functions.flatMap(({ trigger, details }) =>
      trigger === 'http' ? [`${details.methods} /api/${details.route}`] : [],
    )
    expect(documented.sort()).toEqual(registered.sort())
  })
})

describe('the README', () => {
  it('explains every setting of the sample', () => {
    const rows =
      section(readme, 'Settings')
        .match(/^\| `.+? \|/gm)
        ?.join('\n') ?? ''
    const explained = [...rows.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    expect(explained).toEqual(expect.arrayContaining(Object.keys(sample.Values)))
  })
})

function section(text: string, title: string): string {
  return text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? ''
}
