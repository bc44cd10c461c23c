import { ERROR_CODES, faultOf } from '../errors.ts'
import { PROBLEM_TYPE } from './problem.ts'

/** What the document says beyond the routes. */
export type ApiDescription = { issuer: string; audience: string }

/** What holds for every operation, for those who write a client with nothing but the document. */
export const guide = ({ issuer, audience }: ApiDescription): string =>
  `Body-worn video: docking stations upload it, investigators find, play and take it, and every use is recorded.

## Sign-in
Send an access token as \`Authorization: Bearer …\`: issued by ${issuer} for ${audience}, RS256. Docks use the client credentials grant, people sign in. The token says who calls and in which app roles; unit, borough, vetting and assignments are in the people register here and count from the next request on. Each operation names the roles of which one is needed. A player uses the ticket in its URL instead, and sends no token to storage.

## 404
What a caller may not see and what does not exist are answered alike: same status, headers and body. A 404 does not say that there is nothing. 410 is told only to those who could have listed what was disposed of.

## Values
JSON is UTF-8; bodies are at most 64 KiB, unless said otherwise. Unknown fields of a body are refused. Moments are ISO 8601; answers give them in UTC, and where people read them also in Europe/London (\`…London\`). Durations are seconds, sizes bytes, hashes SHA-256 in lower-case hexadecimal.

## Lists
Lists are \`{ "items": […], "next": … }\`. Where \`next\` is not null, ask again with the same query and \`cursor\` set to it. A cursor is good for 12 hours, for its caller and its query. A page may be shorter than \`limit\`, or empty, and still have a next one.

## Changes
What can be changed is answered with an \`ETag\`. Send it as \`If-Match\` with the change: 428 without one, 412 if it has changed meanwhile; read it again then. A change whose answer was lost is seen the same way: read, and send it again if it was not done.

## Reasons
Who changes something, or opens or takes footage, says why: \`reason\` in the body (in the query for an import of CSV). It is kept on record, so put no more into it than needed.

## Limits
Expensive calls are limited per caller: 429 with \`Retry-After\` in seconds.

## Problems
Every error is \`application/problem+json\` (RFC 9457). Programs go by \`type\`, people by \`detail\`; \`errors\` names the fields at fault. Other answers of the host, such as 404 for a path without a route, may be empty.

| type | status | what it means | what to do |
|---|---|---|---|
${ERROR_CODES.map(rowOf).join('\n')}
`

function rowOf(code: (typeof ERROR_CODES)[number]): string {
  const { status, title, advice } = faultOf(code)
  return `| \`${PROBLEM_TYPE}${code}\` | ${status} | ${title} | ${advice} |`
}
