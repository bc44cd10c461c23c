import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/**
 * What the front end of Azure does to a request before the host sees it: it appends the address of
 * its peer, with the port, to whatever the client has sent as X-Forwarded-For.
 * https://learn.microsoft.com/azure/app-service/overview-inbound-outbound-ips
 */
export function appendPeer(request: IncomingMessage): void {
  const { remoteAddress, remotePort } = request.socket
  // It has hung up: nobody waits for an answer.
  if (remoteAddress === undefined) return
  const host = isIPv6(remoteAddress) ? `[${remoteAddress}]` : remoteAddress
  const sent = request.headersDistinct['x-forwarded-for'] ?? []
  request.headersDistinct['x-forwarded-for'] = [[...sent, `${host}:${remotePort}`].join(', ')]
}
