import type { DequeuedMessageItem } from '@azure/storage-queue'
import { BindingData, json } from './binding-data.ts'

/**
 * What a message says. `undecodable`: not base64, though it should be. `unbindable`: the bytes are
 * no UTF-8, so they cannot be given to a function as text.
 */
export type MessageBody = { kind: 'text'; text: string } | { kind: 'undecodable' | 'unbindable' }

const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/

/** Reads the text of a message as the queue extension (v5) does. */
export function readMessageText(messageText: string, encoding: 'base64' | 'none'): MessageBody {
  if (encoding === 'none') return { kind: 'text', text: messageText }
  // .NET's Convert.FromBase64String ignores white space and insists on the padding.
  const base64 = messageText.replace(/[ \t\r\n]/g, '')
  if (!BASE64.test(base64)) return { kind: 'undecodable' }
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return { kind: 'text', text: decoder.decode(Buffer.from(base64, 'base64')) }
  } catch {
    return { kind: 'unbindable' }
  }
}

/** Metadata of the message, some of it hidden by fields of its payload. */
export function queueBindingData(text: string, message: DequeuedMessageItem): BindingData {
  return new BindingData()
    .set('QueueTrigger', { string: text })
    .set('DequeueCount', json(message.dequeueCount))
    .set('ExpirationTime', json(message.expiresOn))
    .set('Id', { string: message.messageId })
    .set('InsertionTime', json(message.insertedOn))
    .set('NextVisibleTime', json(message.nextVisibleOn))
    .set('PopReceipt', { string: message.popReceipt })
    .applyPayload(text)
}
