import {
  messageAuthenticatorAt,
  messageAuthenticatorIsGenuine,
  type Packet,
  Type,
} from '../index.ts'
import type { DropReason } from './counters.ts'
import type { RadiusClient } from './radius_client.ts'
import { SignedSources } from './signed_sources.ts'

/**
 * Whether requests were made by the clients that they claim to be from (RFC 3579 §3.2, §3.3), as
 * far as each client's policy demands that they prove it (CVE-2024-3596).
 */
export class Authenticity {
  readonly #signed = new SignedSources()

  /** Why an Access-Request is dropped; `undefined` where it is taken for its client's. */
  refusal(packet: Packet, client: RadiusClient, address: string): DropReason | undefined {
    const valueAt = messageAuthenticatorAt(packet.octets)
    const eap = packet.has(Type.EapMessage)
    if (valueAt === undefined) {
      return eap
        ? 'missing-message-authenticator'
        : this.#refusalOfUnsigned(packet, client, address)
    }
    if (!messageAuthenticatorIsGenuine(packet.octets, valueAt, client.shared)) {
      return 'wrong-message-authenticator'
    }
    if (!eap) this.#signed.add(address)
    // EAP has to be signed anyhow, so it says nothing about what else the client sends
    else if (hasPassword(packet)) return 'eap-with-password'
    return undefined
  }

  #refusalOfUnsigned(
    packet: Packet,
    client: RadiusClient,
    address: string,
  ): DropReason | undefined {
    const policy = client.messageAuthenticator
    if (policy === 'off') return undefined
    if (policy === 'required' || this.#signed.has(address)) return 'missing-message-authenticator'
    // who can choose octets of the reply may forge it: Proxy-State comes back in it
    return packet.has(Type.ProxyState) ? 'unsigned-proxy-state' : undefined
  }
}

/** Why a Status-Server is dropped; it has to be signed whatever the policy (RFC 5997 §3). */
export function refusalOfStatusServer(
  packet: Packet,
  client: RadiusClient,
): DropReason | undefined {
  const valueAt = messageAuthenticatorAt(packet.octets)
  if (valueAt === undefined) return 'missing-message-authenticator'
  return messageAuthenticatorIsGenuine(packet.octets, valueAt, client.shared)
    ? undefined
    : 'wrong-message-authenticator'
}

/** RFC 3579 §3.3, note 1: no other credentials beside EAP. */
function hasPassword(packet: Packet): boolean {
  return (
    packet.has(Type.UserPassword) || packet.has(Type.ChapPassword) || packet.has(Type.ArapPassword)
  )
}
