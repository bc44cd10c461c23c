import { createHash, randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { newFootageId, partBlobName } from '../../../shared/footage/ids.ts'
import { securePart } from '../../../shared/ingest/secure-part.ts'
import { never } from '../../contract/media/support.ts'
import { footage, part } from '../../unit/footage-fixture.ts'
import { inFolder } from '../footage/raw-commands.ts'
import { interleaved } from '../harness/interleave.ts'
import type { Bench, Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'
import { secondsOf } from '../harness/stopwatch.ts'
import { costOf } from '../measure/command.ts'
import { type BareServices, startServices } from '../measure/services.ts'

const MIB = 1024 * 1024
const SIZE = (quick: boolean) => (quick ? 16 : 1024) * MIB
/** As the pipeline's own copy: the same work for storage. */
const BLOCK_BYTES = 8 * MIB
const BLOCKS_IN_FLIGHT = 4
const CONTENT_TYPE = 'video/mp4'

export const secure: Row = {
  name: 'secure',
  title:
    'One gibibyte from landing to the originals, verified by SHA-256, with all that the job records, against the SDK’s plain download and upload through the same storage, and against `cat | tee | sha256sum` on a local disk.',
  run: (bench) =>
    inFolder(bench, async (folder) => {
      const file = path.join(folder, 'recording')
      const sha256 = await randomFile(file, SIZE(bench.quick))
      const seen = await interleaved(bench, bench.repetitions(3), {
        ours: () =>
          onFreshStorage((storage) => secureOne(storage, file, sha256, SIZE(bench.quick))),
        sdk: () => onFreshStorage((storage) => plainCopy(storage, file)),
        shell: async () => ({ seconds: await shellCopy(bench, file) }),
      })
      const line = (name: string, seconds: number) => [
        name,
        figure(seconds),
        figure(SIZE(bench.quick) / MIB / seconds),
        `${figure(seen.ours.seconds / seconds)} ×`,
      ]
      return {
        head: ['', 'wall s', 'MiB/s', 'ours ÷ this'],
        lines: [
          line('Bluelamp: the whole job', seen.ours.seconds),
          line('SDK: download piped into upload', seen.sdk.seconds),
          line('`cat file | tee copy | sha256sum`, no storage', seen.shell.seconds),
        ],
        goals: [
          {
            what: 'wall time against the SDK’s download and upload',
            seen: seen.ours.seconds / seen.sdk.seconds,
            atMost: 1.15,
            unit: '×',
          },
        ],
      }
    }),
}

/** What was deleted stays in the memory of storage for a while: each turn has a fresh one. */
async function onFreshStorage(
  work: (storage: BareServices) => Promise<number>,
): Promise<{ seconds: number }> {
  await using storage = await startServices()
  return { seconds: await work(storage) }
}

/** Seconds from the message to the original at rest and landing empty again. */
async function secureOne(
  storage: BareServices,
  file: string,
  sha256: string,
  size: number,
): Promise<number> {
  const { services } = storage
  const id = newFootageId()
  await services.catalogue.add(
    footage({
      id,
      parts: [part('recording', { declared: { size, sha256, contentType: CONTENT_TYPE } })],
    }),
  )
  const etag = await upload(storage, partBlobName(id, 'recording'), file)
  const message = { footageId: id, part: 'recording', etag } as const
  const seconds = await secondsOf(() => securePart(services, message, never))
  if (!(await services.originals.find(id, 'recording')))
    throw new Error('The recording did not become an original.')
  return seconds
}

/** What the SDK's documentation shows for a copy through a client: one stream into another. */
async function plainCopy(storage: BareServices, file: string): Promise<number> {
  const name = `plain/${newFootageId()}`
  await upload(storage, name, file)
  const source = storage.container('landing').getBlobClient(name)
  const target = storage.container('originals').getBlockBlobClient(name)
  return secondsOf(async () => {
    const { readableStreamBody } = await source.download()
    if (!readableStreamBody) throw new Error('Storage sent no body.')
    await target.uploadStream(readableStreamBody as never, BLOCK_BYTES, BLOCKS_IN_FLIGHT)
  })
}

const shellCopy = (bench: Bench, file: string): Promise<number> =>
  inFolder(bench, async (folder) => {
    const copy = path.join(folder, 'copy')
    const { seconds } = await costOf('sh', ['-c', 'cat "$0" | tee "$1" | sha256sum', file, copy])
    return seconds
  })

/** Puts a file into landing; gives the ETag of the blob. */
async function upload({ container }: BareServices, name: string, file: string): Promise<string> {
  const blob = container('landing').getBlockBlobClient(name)
  const { etag } = await blob.uploadFile(file, { blockSize: BLOCK_BYTES, concurrency: 2 })
  return etag ?? ''
}

/** A file of bytes that nothing can compress; gives its SHA-256. */
async function randomFile(file: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  await using handle = await open(file, 'w')
  for (let written = 0; written < size; written += BLOCK_BYTES) {
    const block = randomBytes(BLOCK_BYTES)
    hash.update(block)
    await handle.write(block)
  }
  return hash.digest('hex')
}
