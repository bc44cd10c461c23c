import { MANAGER } from '../../functions/local-app.ts'
import type { Input, Reply } from '../described-api.ts'
import { recordings, sees } from './stage.ts'

const versionOf = async (id: string): Promise<Record<string, string>> => {
  const view = await sees('footageManagement', 200, MANAGER, { params: { id } })
  return { 'if-match': view.headers.get('etag') ?? '' }
}

/** A change of a recording that rests on how it is now. */
export const changes = async (
  operation: string,
  status: number,
  id: string,
  input: Input,
  who = MANAGER,
): Promise<Reply> =>
  sees(operation, status, who, {
    ...input,
    params: { id, ...input.params },
    headers: await versionOf(id),
  })

/** So many changes, each of which rests on the one before. */
export async function repeats(
  operation: string,
  id: string,
  times: number,
  input: (n: number) => Input,
): Promise<void> {
  let headers = await versionOf(id)
  for (let n = 0; n < times; n += 1) {
    const { params, body } = input(n)
    const reply = await sees(operation, 200, MANAGER, { params: { id, ...params }, headers, body })
    headers = { 'if-match': reply.headers.get('etag') ?? '' }
  }
}

/** All that a change is refused with that rests on nothing, or on how a recording was once. */
export async function needsVersion(operation: string, { params, body }: Input): Promise<void> {
  const input = { params: { id: recordings.announced, ...params }, body }
  await sees(operation, 428, MANAGER, input)
  await sees(operation, 412, MANAGER, { ...input, headers: { 'if-match': '"rev-0"' } })
}
