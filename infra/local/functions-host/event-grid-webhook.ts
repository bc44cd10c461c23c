import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { BindingData } from './binding-data.ts'
import type { EventGridTrigger, HostFunction } from './functions.ts'
import { answerEmpty, type HttpHandler } from './http-listener.ts'
import type { Invoke } from './invoker.ts'
import { checkKey, type HostKeys, keyOf } from './keys.ts'
import type { HostLimits } from './limits.ts'
import { readBody } from './request-body.ts'

/** Where Event Grid delivers, with `?functionName=…&code=…`. Compared without regard to case. */
export const EVENT_GRID_PATH = '/runtime/webhooks/EventGrid'

const validationSchema = z.tuple(
  [z.object({ data: z.object({ validationCode: z.string() }) })],
  z.unknown(),
)
/** One event or a batch; what is in an event is not looked at. */
const notificationSchema = z
  .union([z.array(z.unknown()), z.looseObject({})])
  .transform((payload) => (Array.isArray(payload) ? payload : [payload]))

export type WebhookOptions = {
  functions: readonly HostFunction[]
  invoke: Invoke
  keys: HostKeys
  limits: HostLimits
}

/**
 * The webhook of the Event Grid extension: answers the handshake, runs one invocation an event,
 * and answers 202 when all have ended, or 500 when one of them failed.
 * @see https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
export function eventGridWebhook(options: WebhookOptions): HttpHandler {
  const { functions, invoke, keys, limits } = options
  return async (request, response, url) => {
    const key = keyOf(url, request.headers['x-functions-key'])
    const verdict = checkKey(key, 'eventGrid', keys)
    if (verdict !== 'allowed') return answerEmpty(response, verdict === 'forbidden' ? 403 : 401)

    const name = url.searchParams.get('functionName') ?? ''
    const fn = functions.find((fn): fn is EventGridTrigger => {
      return fn.trigger === 'eventGrid' && fn.name === name
    })
    if (!fn) return answerText(response, 404, `cannot find function: '${name}'`)

    const body = await readBody(request, limits.requestBodyBytes)
    if (body === 'too large') return answerEmpty(response, 500)
    switch (request.headers['aeg-event-type']?.toString().toLowerCase()) {
      case 'subscriptionvalidation': {
        const [event] = validationSchema.parse(JSON.parse(body.toString()))
        const answer = JSON.stringify({ validationResponse: event.data.validationCode })
        return answerText(response, 200, answer)
      }
      case 'notification':
        return notify(fn, notificationSchema.parse(JSON.parse(body.toString())), response)
      case 'unsubscribe':
        return answerEmpty(response, 202)
      default:
        return answerEmpty(response, 400)
    }
  }

  async function notify(fn: EventGridTrigger, events: unknown[], response: ServerResponse) {
    const outcomes = await Promise.all(events.map((event) => invokeFor(fn, event)))
    if (outcomes.every(({ kind }) => kind === 'succeeded')) return answerEmpty(response, 202)
    answerText(response, 500, `Exception while executing function: Functions.${fn.name}`)
  }

  function invokeFor(fn: EventGridTrigger, event: unknown) {
    const text = JSON.stringify(event, null, 2)
    return invoke({
      function: fn,
      reason: `Reason='EventGrid trigger fired'`,
      value: { string: text },
      bindingData: new BindingData().applyPayload(text),
    })
  }
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text)
}
