import type { IncomingMessage } from 'node:http'

/** The body of a request, or `too large`: then the rest of it is still unread. */
export async function readBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Buffer | 'too large'> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return 'too large'
  const chunks: Buffer[] = []
  let length = 0
  // Destroyed on return, the request would take the caller's answer with it.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  for await (const chunk of body) {
    length += chunk.length
    if (length > limitBytes) return 'too large'
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
