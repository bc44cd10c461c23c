import { issueAt, type Span } from '../footage/camera-issues.ts'
import type { FootageId } from '../footage/ids.ts'
import { EVER } from '../footage/index-keys.ts'
import { inParallel } from '../in-parallel.ts'
import type { Services } from '../services.ts'
import { type ChangeAuthor, fileByWearer } from './file-by-wearer.ts'

/** Recordings that are filed anew at the same time. */
const AT_ONCE = 8

/** Files the recordings that a camera made within these spans by its issues as they now are. */
export async function refile(
  services: Services,
  serial: string,
  spans: readonly Span[],
  author: ChangeAuthor,
): Promise<void> {
  const { cameras, index, now } = services
  const begins = spans.map(({ from }) => Date.parse(from))
  const ends = spans.map(({ to }) => (to === null ? now().getTime() : Date.parse(to)))
  const from = new Date(Math.max(Math.min(...begins), Date.parse(EVER.from))).toISOString()
  const to = new Date(Math.max(...ends)).toISOString()
  const issues = (await cameras.find(serial))?.entry.issues ?? []
  const misfiled: FootageId[] = []
  for await (const { summary } of index.read({ by: 'camera', camera: serial }, { from, to })) {
    const { id, recordedAt, officer, cameraUnassigned } = summary
    const wearer = issueAt(issues, recordedAt)?.officer ?? null
    if (wearer === null ? !cameraUnassigned : cameraUnassigned || wearer !== officer) {
      misfiled.push(id)
    }
  }
  await inParallel(AT_ONCE, misfiled, (id) => fileByWearer(services, id, author))
}
