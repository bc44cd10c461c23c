import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { onBlobCreated } from '../../shared/work/edge.ts'

/** The manifest of a finished chunk or poster has been stored: have it published. */
export const handleRenditionStored = onBlobCreated(async ({ queues, log }, { blob }) => {
  const id = footageIdSchema.safeParse(blob.split('/')[0])
  if (!id.success) return log.warn('a rendition is of no recording', { blob })
  await queues.send('index-rendition', { footageId: id.data, manifest: blob }, 'ordinary')
})

app.eventGrid('renditionStored', { handler: handleRenditionStored })
