import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PIPELINE_LIMIT_MS } from '../scene.ts'
import { tellOfDisposal } from './statuses/disposal.ts'
import { tellOfExport } from './statuses/export.ts'
import { tellOfIngest } from './statuses/ingest.ts'
import { tellOfManagement } from './statuses/management.ts'
import { tellOfRefusals } from './statuses/refusals.ts'
import { tellOfRegisters } from './statuses/registers.ts'
import { tellOfRetrieval } from './statuses/retrieval.ts'
import { openStage, type Stage, seen } from './statuses/stage.ts'

vi.setConfig({ testTimeout: PIPELINE_LIMIT_MS })

// One system for all: what each answer may be is told area by area, in files of their own.
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 2 * PIPELINE_LIMIT_MS)
afterAll(() => stage?.[Symbol.asyncDispose]())

describe('what is done on the way', () => {
  tellOfIngest()
  tellOfDisposal()
  tellOfRetrieval()
  tellOfRegisters()
  tellOfManagement()
  tellOfExport()
})

describe('what every operation is refused with', tellOfRefusals)

it('was seen to answer with every status that it names', () => {
  const named = stage.api.operations.flatMap(({ id, statuses }) =>
    statuses.map((status) => `${id} ${status}`),
  )
  expect([...seen].toSorted()).toEqual(named.toSorted())
})
