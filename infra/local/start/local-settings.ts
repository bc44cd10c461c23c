import { copyFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { environmentSettings } from '../app-settings.ts'
import { APP_DIRECTORY } from '../local-system.ts'
import { absent, type DataFolder } from './data-folder.ts'
import { StartError } from './start-error.ts'

/** Where Functions Core Tools, and this start, find a developer's own settings. */
const LOCAL_SETTINGS_FILE = path.join(APP_DIRECTORY, 'local.settings.json')

/** The copy by which a file that was written here is told from one that was written by hand. */
const WRITTEN = 'func-settings.json'

/** Addresses and keys of the parts: only who starts them knows them. */
const GIVEN_BY_THE_PARTS =
  /^(AzureWebJobsStorage|FootageStorage.*|AUTH_.*|SIGNING_KEY|DOMAIN_TOPIC_.*|TSA_.*|FUNCTIONS_.*)$/

const fileSchema = z.object({ Values: z.record(z.string(), z.string()).default({}) })

/**
 * The developer's own settings: what local.settings.json says beyond addresses, and above it what
 * the environment says.
 * @throws StartError for a file that is not JSON of that shape
 */
export async function ownSettings(
  environment: NodeJS.ProcessEnv,
  file: string = LOCAL_SETTINGS_FILE,
): Promise<Record<string, string>> {
  const written = await readFile(file, 'utf8').catch(absent)
  const values = written === null ? {} : parse(written, file)
  const kept = Object.entries(values).filter(
    ([name, value]) => value !== '' && !GIVEN_BY_THE_PARTS.test(name),
  )
  return { ...Object.fromEntries(kept), ...environmentSettings(environment) }
}

/**
 * Writes local.settings.json for `func start`. A file that somebody wrote by hand is kept beside the
 * data first.
 * @returns where the former file is kept, or null if there was none worth keeping
 */
export async function writeLocalSettings(
  settings: Record<string, string>,
  port: number,
  data: DataFolder,
  file: string = LOCAL_SETTINGS_FILE,
): Promise<string | null> {
  const text = `${JSON.stringify(
    { IsEncrypted: false, Values: settings, Host: { LocalHttpPort: port, CORS: '*' } },
    null,
    2,
  )}\n`
  const [former, lastWritten] = await Promise.all([
    readFile(file, 'utf8').catch(absent),
    readFile(data.file(WRITTEN), 'utf8').catch(absent),
  ])
  const isForeign = former !== null && former !== lastWritten && former !== text
  const keptAs = isForeign ? data.file(`local.settings.${Date.now()}.json`) : null
  if (keptAs) await copyFile(file, keptAs)
  await Promise.all([writeFile(file, text), writeFile(data.file(WRITTEN), text)])
  return keptAs
}

function parse(text: string, file: string): Record<string, string> {
  try {
    return fileSchema.parse(JSON.parse(text)).Values
  } catch (cause) {
    throw new StartError(
      `${path.basename(file)} must be JSON with "Values" of strings, as in local.settings.sample.json.`,
      { cause },
    )
  }
}
