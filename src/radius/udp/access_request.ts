import {
  type Credentials,
  credentialsOf,
  firstText,
  namedText,
  type Packet,
  Type,
} from '../index.ts'
import type { RadiusClient, RadiusClientEntry } from './radius_client.ts'

/** An Access-Request from a client that we know, genuine as far as its client signs. */
export interface AccessRequest {
  readonly client: RadiusClientEntry
  /** Where it came from. */
  readonly peer: { readonly address: string; readonly port: number }
  readonly identifier: number
  readonly username: string | undefined
  readonly credentials: Credentials
  /** What an attribute says, as text, by its name in the dictionary. */
  named(name: string): string | undefined
}

/** How an Access-Request is answered; the server adds what RADIUS itself needs. */
export interface Answer {
  readonly code: 2 | 3 | 11
  readonly attributes: readonly { readonly type: number; readonly value: Uint8Array }[]
}

export function accessRequest(
  packet: Packet,
  client: RadiusClient,
  peer: { readonly address: string; readonly port: number },
): AccessRequest {
  return {
    client,
    peer,
    identifier: packet.identifier,
    username: firstText(packet.attributes, Type.UserName),
    credentials: credentialsOf(packet, client.shared),
    named: (name) => namedText(packet.attributes, name),
  }
}
