import type { LocalSystem } from '../local-system.ts'
import { DemoError } from './checks.ts'

/** An answer of the app, its body read. */
export type Answer = { status: number; headers: Headers; text: string }

/** Calls the endpoints as a sample person or dock; null stands for nobody, without a token. */
export type Client = {
  /** Redirects are not followed: where they lead is for the caller to see. */
  ask(who: string | null, path: string, init?: RequestInit): Promise<Answer>
  /**
   * As ask, for what must succeed.
   * @throws DemoError with the answer
   */
  get<T>(who: string, path: string): Promise<T>
  post<T>(who: string, path: string, body: unknown): Promise<T>
}

/** Asks for one token a person, and keeps it. */
export function createClient({ api, issuer }: Pick<LocalSystem, 'api' | 'issuer'>): Client {
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (who: string): Promise<string> => {
    const token = tokens.get(who) ?? issuer.tokenFor(who)
    tokens.set(who, token)
    return token
  }

  const ask: Client['ask'] = async (who, path, init = {}) => {
    const headers = new Headers(init.headers)
    if (who !== null) headers.set('authorization', `Bearer ${await tokenOf(who)}`)
    const answer = await fetch(api + path, { redirect: 'manual', ...init, headers })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }

  const insist = async <T>(who: string, path: string, init?: RequestInit): Promise<T> => {
    const { status, text } = await ask(who, path, init)
    if (status >= 200 && status < 300) return JSON.parse(text)
    throw new DemoError(
      `${init?.method ?? 'GET'} ${path} as ${who}: expected success, seen ${status} ${text}`,
    )
  }

  return {
    ask,
    get: (who, path) => insist(who, path),
    post: (who, path, body) => insist(who, path, { method: 'POST', body: JSON.stringify(body) }),
  }
}
