import type { z } from 'zod'
import type { Caller } from '../access/authenticate.ts'
import type { LimitName } from '../access/rate-limits.ts'
import type { VouchedVisitor } from '../access/visitor.ts'
import type { Principal } from '../clearance/person.ts'
import type { Action, Duty } from '../clearance/roles.ts'
import type { ErrorCode } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Consulted } from '../storage/tables/consultations.ts'
import type { Tag } from './tags.ts'

/**
 * Who may call. `duty`: whose roles have it, or it is 403. `action`: the domain decides it on each
 * recording, and refuses with 404. `ticket`: whoever has one, by its URL.
 */
export type Access = 'anyone' | 'ticket' | { duty: Duty } | { action: Action }

/** Schemas by the name of what they are for. */
export type Shape = Readonly<Record<string, z.ZodType>>

/** What an answer of one status brings. Where nothing is said, it is empty. */
export type AnswerDeclaration = {
  /** JSON of this schema, … */
  readonly body?: z.ZodType
  /** … or text of one of these media types, … */
  readonly text?: readonly string[]
  /** … or the address to go on to. */
  readonly redirect?: true
  /** The version of what is answered comes with it. */
  readonly etag?: true
}
export type Answers = Readonly<Record<number, AnswerDeclaration>>

/** What a caller looks up, and of whom or what they ask it. */
type Consulting<P extends Shape, Q extends z.ZodObject> = {
  readonly what: Consulted
  // As a method: a route is among all routes although it knows more of its requests than they do.
  subject(asked: { params: Values<P>; query: z.output<Q> }): string
}

/** What can be said of a route. It parses its requests, and makes the API document. */
export type Declaration<
  X extends Access = Access,
  P extends Shape = Shape,
  H extends Shape = Shape,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  A extends Answers = Answers,
> = {
  /** The function's name. The host matches routes in the order of these: see HTTP in the README. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** HEAD is answered as GET is, without the body. */
  readonly answersHead?: true
  /** As the host takes it, without `/api`: `{name}`, or `{*name}` for the rest of the path. */
  readonly path: string
  /** One line: what a caller gets from it. */
  readonly summary: string
  /** What a client developer must know beyond that, and what it records. Who may, is added to it. */
  readonly description: string
  readonly tag: Tag
  readonly access: X
  /** What stands in the path. A value that does not fit names nothing: 404. */
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly body?: B
  /** The media type of the body, where it is not JSON. It is read as text. */
  readonly accepts?: 'text/csv'
  readonly bodyLimitBytes?: number
  /** How often one caller may call it. Where callers are not asked who they are, all share it. */
  readonly limit?: X extends 'ticket' ? never : LimitName
  readonly answers: A
  /** What is looked up that is in no recording's trail: who asks for it is on record before it is answered. */
  readonly consults?: X extends object ? Consulting<P, Q> : never
  /** What it may be refused with, beyond what follows from the rest. */
  readonly problems?: readonly ErrorCode[]
}

type Values<S extends Shape> = { [K in keyof S]: z.output<S[K]> }

/** Who calls, for routes that ask for a token. */
export type Identified = {
  /** By the token alone; docks are in no register. */
  caller: Caller
  /** With what the people register says of them now. */
  principal(): Promise<Principal>
  /** And from where: what is decided on and recorded. */
  visitor(): Promise<VouchedVisitor>
}

/** One request, checked against what its route declares. */
export type Call<
  X extends Access,
  P extends Shape,
  H extends Shape,
  Q extends z.ZodObject,
  B extends z.ZodType,
> = {
  services: Services
  clientAddress: string | null
  /** Where this app is reached, without a trailing slash: the base of URLs in answers. */
  baseUrl: string
  params: Values<P>
  headers: Values<H>
  query: z.output<Q>
  body: z.output<B>
} & (X extends 'anyone' | 'ticket' ? unknown : Identified)

/** One of the answers that a route declares. */
export type Answer<A extends Answers> = {
  [S in keyof A]: { status: S } & (A[S] extends { body: infer T extends z.ZodType }
    ? { body: z.output<T> }
    : unknown) &
    (A[S] extends { text: readonly (infer M)[] } ? { contentType: M; text: string } : unknown) &
    (A[S] extends { redirect: true } ? { location: string } : unknown) &
    (A[S] extends { etag: true } ? { etag: string } : unknown)
}[keyof A]
