import { interrupted } from '../start/interrupt.ts'
import { tryIt } from '../start/try-it.ts'
import { openPlayback } from './play.ts'
import type { Stage } from './stage.ts'

/** Leaves the system running until Ctrl-C, and says how to look into it. */
export async function keepRunning(stage: Stage, id: string): Promise<void> {
  const { system, station, say } = stage
  const { url } = await openPlayback(stage, id)
  const { player } = system
  const dock = [
    `npm run dock -- --api ${station.api} --token-endpoint ${station.tokenEndpoint}`,
    `--client-id ${station.clientId} --client-secret ${station.clientSecret}`,
    `--scope ${station.scope} --site ${station.site} --state-dir ${station.stateDirectory}`,
  ].join(' ')
  const { tokenEndpoint, clientId } = system.issuer
  say(`\nIn a browser:  ${player.playerUrl(url)}`)
  say(`With ffplay:   ffplay ${url}`)
  say(`With VLC:      vlc ${url}\n`)
  say(tryIt({ api: system.api, tokenEndpoint, clientId, player: player.url, dock }))
  say('\nCtrl-C ends it.')
  await interrupted()
}
