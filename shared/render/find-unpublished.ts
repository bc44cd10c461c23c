import type { Footage } from '../footage/footage.ts'
import type { Services } from '../services.ts'

/**
 * Manifests in storage that nothing has published: their events were lost, or are still on their
 * way. Those of attempts that came second are removed when that is found out.
 */
export async function findUnpublished(
  { renditions, renditionRows }: Services,
  { id, poster }: Footage,
): Promise<string[]> {
  const [stored, copy, proxy, storyboard] = await Promise.all([
    renditions.listManifests(id),
    renditionRows.list(id, 'copy'),
    renditionRows.list(id, 'proxy'),
    renditionRows.listStoryboard(id),
  ])
  const published = new Set([...copy, ...proxy, ...storyboard].map(({ manifest }) => manifest))
  return stored.filter(
    (manifest) => !published.has(manifest) && !(poster && manifest.startsWith(`${id}/poster/`)),
  )
}
