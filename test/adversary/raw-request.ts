import { connect } from 'node:net'

/** All that came back on a connection: the first answer taken apart, and whatever stands after it. */
export type RawAnswer = { status: number; head: string; body: string }

/** Longer than anything that the app does may take: what hangs fails by name. */
const PATIENCE_MS = 15_000

/**
 * Sends a text as it is: no client tidies it on the way. `cut` closes the sending side after it.
 * Where the connection was cut without an answer, the status is 0.
 */
export function sendRaw(port: number, text: string, { cut = false } = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').setTimeout(PATIENCE_MS, () => {
      socket.destroy(new Error(`${text.slice(0, 200)} hangs`))
    })
    socket.on('data', (part) => {
      answer += part
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      const [head = '', ...rest] = answer.split('\r\n\r\n')
      resolve({ status: Number(head.split(' ')[1] ?? 0), head, body: rest.join('\r\n\r\n') })
    })
    if (cut) socket.end(text)
    else socket.write(text)
  })
}
