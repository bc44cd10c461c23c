/** App settings, as Azure gives them to the app: its environment, and the source of `%NAME%`. */
export type Settings = Record<string, string>

/**
 * Replaces each `%NAME%` by the setting of that name.
 * @throws Error naming the setting that is missing.
 */
export function resolveSettings(text: string, settings: Settings): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name]
    if (value !== undefined) return value
    throw new Error(`'%${name}%' does not resolve: there is no setting of that name`)
  })
}

/** What a process needs from this machine to run at all; everything else must be a setting. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'TZ']

/** The whole environment of a worker: the machine's few, the genuine host's own, the settings. */
export function workerEnvironment(
  settings: Settings,
  { appDirectory, port }: { appDirectory: string; port: number },
  machine: NodeJS.ProcessEnv = process.env,
): Settings {
  const inherited = INHERITED.flatMap((name) => {
    const value = machine[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(inherited),
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_EXTENSION_VERSION: '~4',
    WEBSITE_HOSTNAME: `localhost:${port}`,
    AzureWebJobsScriptRoot: appDirectory,
    ...settings,
  }
}
