import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHostJson } from '../../../infra/local/functions-host/host-json.ts'

describe('host.json', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'host-json-test-'))
  })
  afterAll(() => rm(directory, { recursive: true }))
  const read = async (content: object) => {
    await writeFile(join(directory, 'host.json'), JSON.stringify(content))
    return readHostJson(directory)
  }

  it('has the defaults of the genuine host in Development', async () => {
    expect(await read({ version: '2.0' })).toEqual({
      version: '2.0',
      functionTimeout: 1_800_000,
      extensions: {
        http: { routePrefix: 'api' },
        queues: {
          batchSize: 16,
          newBatchThreshold: 8,
          maxDequeueCount: 5,
          visibilityTimeout: 0,
          maxPollingInterval: 2_000,
          messageEncoding: 'base64',
        },
      },
    })
  })

  it('may lift the timeout and leave out the prefix', async () => {
    const lifted = await read({
      version: '2.0',
      functionTimeout: '-1',
      extensions: { http: { routePrefix: '' } },
    })
    expect(lifted.functionTimeout).toBe(Number.POSITIVE_INFINITY)
    expect(lifted.extensions.http.routePrefix).toBe('')
  })

  it.each([
    [{ version: '1.0' }, 'version'],
    [{ version: '2.0', functionTimeout: '10 minutes' }, 'expected hh:mm:ss, got "10 minutes"'],
    [{ version: '2.0', extensions: { queues: { batchSize: 33 } } }, 'batchSize'],
  ])('that is wrong names the field: %j', async (content, words) => {
    await expect(read(content)).rejects.toThrow(words)
  })
})
