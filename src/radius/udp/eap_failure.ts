import { type Attribute, type Packet, Type } from '../index.ts'

const failureCode = 4
const failureOctets = 4

/**
 * Builds the EAP-Message attribute with the EAP-Failure that ends a conversation (RFC 3748 §4.2). Its
 * Identifier is that of the EAP packet in the request, or 0 for an EAP-Start, which has none (RFC 3579
 * §2.1).
 */
export function eapFailure(request: Packet): Attribute {
  const fragments = request.attributes
    .filter(({ type }) => type === Type.EapMessage)
    .map(({ value }) => value)
  const [, identifier = 0] = Buffer.concat(fragments)
  return {
    type: Type.EapMessage,
    value: Uint8Array.of(failureCode, identifier, 0, failureOctets),
  }
}
