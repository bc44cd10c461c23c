import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { TableServiceClient } from '@azure/data-tables'
import { BlobServiceClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Azurite, startAzurite } from '../../infra/local/azurite.ts'

/** A busy machine is slow at loading Azurite. */
const START_LIMIT_MS = 60_000

describe('startAzurite', { timeout: START_LIMIT_MS }, () => {
  let azurite: Azurite
  beforeAll(async () => {
    azurite = await startAzurite()
  }, START_LIMIT_MS)
  afterAll(() => azurite.dispose())

  it('serves blobs, queues and tables under one connection string', async () => {
    const { connectionString } = azurite
    const blobs = BlobServiceClient.fromConnectionString(connectionString)
    await blobs.createContainer('taken')
    await QueueServiceClient.fromConnectionString(connectionString).createQueue('taken')
    await TableServiceClient.fromConnectionString(connectionString, {
      allowInsecureConnection: true,
    }).createTable('taken')
    await expect(blobs.getContainerClient('taken').exists()).resolves.toBe(true)
  })

  it('names service and port when a port is taken', async () => {
    const blob = Number(new URL(azurite.blobUrl).port)
    await expect(startAzurite({ ports: { blob } })).rejects.toThrow(
      `Azurite's blob port ${blob} is already in use`,
    )
  })

  it('keeps data in a directory from one run to the next', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'azurite-test-'))
    try {
      const first = await startAzurite({ directory })
      await BlobServiceClient.fromConnectionString(first.connectionString).createContainer('kept')
      await first.dispose()
      const second = await startAzurite({ directory })
      const kept = BlobServiceClient.fromConnectionString(
        second.connectionString,
      ).getContainerClient('kept')
      await expect(kept.exists()).resolves.toBe(true)
      await second.dispose()
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  it('does not outlive a killed parent', async () => {
    const program = `
      import { startAzurite } from ${JSON.stringify(new URL('../../infra/local/azurite.ts', import.meta.url).href)}
      console.log((await startAzurite()).blobUrl)`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [blobUrl] = await once(createInterface({ input: parent.stdout }), 'line')
    await expect(fetch(blobUrl)).resolves.toBeInstanceOf(Response)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(fetch(blobUrl)).rejects.toThrow('fetch failed'), {
      timeout: 10_000,
    })
  })
})
