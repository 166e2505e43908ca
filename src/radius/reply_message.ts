import { Type } from './attribute.ts'
import { maxAttributeValueLength } from './framing.ts'
import type { Attribute } from './packet.ts'

/**
 * Encodes a text for the user as Reply-Message attributes (RFC 2865 §5.18), which the client shows
 * concatenated. A longer text than 253 octets is split between characters.
 *
 * @returns None for an empty text, because an attribute of length 2 must not be sent (RFC 2865 §5).
 */
export function replyMessages(text: string): Attribute[] {
  const octets = new TextEncoder().encode(text)
  const attributes: Attribute[] = []
  for (let start = 0; start < octets.length; ) {
    let end = Math.min(start + maxAttributeValueLength, octets.length)
    while (end < octets.length && isContinuation(octets[end] ?? 0)) end--
    attributes.push({ type: Type.ReplyMessage, value: octets.subarray(start, end) })
    start = end
  }
  return attributes
}

/** Whether an octet of UTF-8 continues a character (RFC 3629 §3). */
function isContinuation(octet: number): boolean {
  return (octet & 0xc0) === 0x80
}
