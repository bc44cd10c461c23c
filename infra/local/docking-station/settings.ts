import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { DockError } from './dock-error.ts'

/** Where the local start writes whom its docking station talks to, relative to the project. */
export const ENDPOINTS_FILE = '.local/endpoints.json'

const endpointsSchema = z.object({
  api: z.url(),
  tokenEndpoint: z.url(),
  dock: z.object({
    clientId: z.string(),
    clientSecret: z.string(),
    site: z.string(),
    scope: z.string(),
  }),
})

const stationSettingsSchema = z.object({
  api: z.string(),
  tokenEndpoint: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  scope: z.string(),
  site: z.string(),
})

/** Whom the dock talks to and as whom. */
export type StationSettings = z.infer<typeof stationSettingsSchema>

/**
 * What was given, completed from the file that `npm start` writes. The file is not read when
 * everything was given.
 * @throws DockError `settings` when the file is needed and missing or not as agreed.
 */
export async function stationSettings(
  given: { [Name in keyof StationSettings]?: string | undefined },
  endpointsFile: string = ENDPOINTS_FILE,
): Promise<StationSettings> {
  const complete = stationSettingsSchema.safeParse(given)
  if (complete.success) return complete.data
  const { api, tokenEndpoint, dock } = await readEndpoints(endpointsFile)
  return {
    api: given.api ?? api,
    tokenEndpoint: given.tokenEndpoint ?? tokenEndpoint,
    clientId: given.clientId ?? dock.clientId,
    clientSecret: given.clientSecret ?? dock.clientSecret,
    scope: given.scope ?? dock.scope,
    site: given.site ?? dock.site,
  }
}

async function readEndpoints(file: string) {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new DockError('settings', `there is no ${file}: start the system with npm start`, {
      cause,
    })
  })
  const endpoints = endpointsSchema.safeParse(jsonOf(text))
  if (endpoints.success) return endpoints.data
  const { issues } = endpoints.error
  const faults = issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`)
  throw new DockError('settings', `${file} is not as agreed: ${faults.join('; ')}`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
