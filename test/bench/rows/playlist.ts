import { createPlaylists } from '../../../shared/storage/playlists.ts'
import { startStorage } from '../../contract/storage-fixture.ts'
import { CHUNK_SECONDS, openStage } from '../../contract/viewing/stage.ts'
import { timesByTurns } from '../harness/by-turns.ts'
import { quantile } from '../harness/quantile.ts'
import type { Row } from '../harness/row.ts'

const HOURS = 12

export const playlist: Row = {
  name: 'playlist',
  title: `What a player asks for first, of a recording of ${HOURS} hours in chunks of ${CHUNK_SECONDS} s: its whole list of segments in one response. "First" is made of the rows in storage, as by an instance that has never been asked; each answer to a player is decided anew on the person and the recording.`,
  async run(bench) {
    await using storage = await startStorage()
    const stage = await openStage({ FootageStorage: storage.azurite.connectionString })
    const { services } = stage
    const chunks = (bench.quick ? 1 : HOURS) * (3600 / CHUNK_SECONDS)
    bench.say(`publishing ${chunks} chunks`)
    const id = await stage.recording(chunks)
    const player = await stage.open(await stage.person('Investigator'), id)
    const ask = async (file: string): Promise<string> => {
      // Nobody asks so often: the limit of a player is for others to measure.
      stage.clock.now += 1000
      const answer = await player.ask(file)
      if (answer.kind !== 'text') throw new Error(`${file} is no playlist.`)
      return answer.text
    }
    const fresh = () => createPlaylists(services.renditionRows, services.renditions)
    const times = await timesByTurns(bench, bench.quick ? 3 : 50, {
      'copy.m3u8, first': async () => void (await fresh().media(id, 'copy')),
      'master.m3u8, first': async () => void (await fresh().master(id)),
      'copy.m3u8, to a player': async () => void (await ask('copy.m3u8')),
      'master.m3u8, to a player': async () => void (await ask('master.m3u8')),
    })
    const text = await ask('copy.m3u8')
    const segments = text.match(/#EXTINF/g)?.length ?? 0
    const bytes = { copy: text.length, master: (await ask('master.m3u8')).length }
    return {
      head: ['', 'p50 ms', 'p95 ms', 'KiB'],
      lines: [...times].map(([name, each]) => [
        name,
        quantile(each, 0.5).toFixed(2),
        quantile(each, 0.95).toFixed(2),
        ((name.startsWith('copy') ? bytes.copy : bytes.master) / 1024).toFixed(1),
      ]),
      goals: [],
      notes: [`${chunks} chunks, ${segments} segments, each a byte range of its chunk’s blob.`],
    }
  },
}
