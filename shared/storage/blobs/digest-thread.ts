import { parentPort, workerData } from 'node:worker_threads'
import { createSHA256 } from 'hash-wasm'

/** What the thread of a digest begins with: the memory it shares, and where another one stopped. */
export type DigestThreadData = { blocks: Uint8Array[]; state: string | null }
/** A block to be hashed and given back, by its index; or what is wanted in the end. */
export type DigestThreadOrder = { block: number; length: number } | 'state' | 'hex'
/** The index of a block that may be filled again; or what was wanted. */
export type DigestThreadAnswer = { block: number } | { result: string }

if (!parentPort) throw new Error('digest-thread runs in a thread of its own.')
const port = parentPort
const { blocks, state } = workerData as DigestThreadData
const hash = await createSHA256()
if (state === null) hash.init()
else hash.load(Buffer.from(state, 'base64'))

port.on('message', (order: DigestThreadOrder) => port.postMessage(obey(order)))

function obey(order: DigestThreadOrder): DigestThreadAnswer {
  if (order === 'hex') return { result: hash.digest('hex') }
  if (order === 'state') return { result: Buffer.from(hash.save()).toString('base64') }
  const { block, length } = order
  const bytes = blocks[block]
  if (!bytes) throw new Error(`There is no block ${block} to hash.`)
  hash.update(bytes.subarray(0, length))
  return { block }
}
