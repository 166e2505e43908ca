import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import {
  type MessageAuthenticatorPlace,
  messageAuthenticatorAt,
  type Packet,
  Type,
} from '../index.ts'
import type { DropReason, ServerCounters } from './counters.ts'
import { policyKey } from './drop_log.ts'
import type { RadiusClient } from './radius_client.ts'
import { isGenuine } from './request_secret.ts'
import { type SignedSource, SignedSources, signedBeforeLatch } from './signed_sources.ts'

/** Requests that are `signed` or `unsigned` are processed; others are dropped for the given reason. */
export type Judgement = 'signed' | 'unsigned' | DropReason

/**
 * Checks the Message-Authenticator of requests (RFC 3579 §3.2, §3.3), and requires one where the
 * client's policy says so (CVE-2024-3596).
 */
export class Authenticity {
  readonly #log: Log
  readonly #clock: Clock
  readonly #counters: ServerCounters
  readonly #sources = new SignedSources()

  constructor(log: Log, clock: Clock, counters: ServerCounters) {
    this.#log = log
    this.#clock = clock
    this.#counters = counters
  }

  /** Source addresses from which `auto` requires a Message-Authenticator. */
  get latched(): readonly SignedSource[] {
    return this.#sources.latched
  }

  /** Takes over what another process has learned. */
  adoptLatches(latched: readonly SignedSource[]): void {
    for (const source of latched) this.#sources.adopt(source)
    this.#counters.latched = this.#sources.latchedCount
  }

  /** Forgets which addresses sign their requests. @returns The number of latched ones. */
  clearLatches(): number {
    this.#counters.latched = 0
    return this.#sources.clear()
  }

  judge(packet: Packet, client: RadiusClient, address: string): Judgement {
    const valueAt = messageAuthenticatorAt(packet.octets)
    const eap = packet.has(Type.EapMessage)
    if (valueAt === undefined) {
      return eap ? 'unsigned-eap' : this.#judgeUnsigned(packet, client, address)
    }
    if (!isGenuine(packet, valueAt, client)) {
      return wrongMessageAuthenticator(valueAt)
    }
    return eap && hasPassword(packet) ? 'eap-with-password' : 'signed'
  }

  /**
   * Learns from a new request whether its source signs. EAP requests are always signed, so they say
   * nothing about the client's other requests.
   */
  learn(
    judgement: Judgement,
    packet: Packet,
    { name, messageAuthenticator: policy }: RadiusClient,
    address: string,
  ): void {
    if (policy !== 'auto' || packet.has(Type.EapMessage)) return
    const change =
      judgement === 'signed'
        ? this.#sources.addSigned(address, name, this.#clock.now())
        : this.#sources.addUnsigned(address)
    const key = policyKey(name)
    if (change === 'latched') {
      this.#counters.latched = this.#sources.latched.length
      this.#log.info(
        `${address} (${name}) has sent ${signedBeforeLatch} requests with Message-Authenticator and none without; requests from there without it are dropped from now on. ` +
          `If another client at this address does not send it, set ${key} = off`,
      )
    } else if (change === 'mixed') {
      this.#log.warn(
        `${address} (${name}) sends requests with and without Message-Authenticator; both are answered. ` +
          `If every client at this address should send it, an attacker may be removing it (CVE-2024-3596): set ${key} = required. Otherwise set ${key} = off`,
      )
    }
  }

  #judgeUnsigned(packet: Packet, client: RadiusClient, address: string): Judgement {
    switch (client.messageAuthenticator) {
      case 'off':
        return 'unsigned'
      case 'required':
        return 'unsigned-but-required'
      case 'auto':
        if (this.#sources.isLatched(address)) return 'unsigned-after-signed'
        // an attacker who chooses the octets of Proxy-State, which the reply repeats, can forge the reply
        return packet.has(Type.ProxyState) ? 'unsigned-proxy-state' : 'unsigned'
    }
  }
}

/** Why a Status-Server is dropped; it must be signed whatever the policy (RFC 5997 §3). */
export function refusalOfStatusServer(
  packet: Packet,
  client: RadiusClient,
): DropReason | undefined {
  const valueAt = messageAuthenticatorAt(packet.octets)
  if (valueAt === undefined) return 'unsigned-status-server'
  return isGenuine(packet, valueAt, client) ? undefined : wrongMessageAuthenticator(valueAt)
}

function wrongMessageAuthenticator(valueAt: MessageAuthenticatorPlace): DropReason {
  switch (valueAt) {
    case 'repeated':
      return 'repeated-message-authenticator'
    case 'wrong length':
      return 'malformed-message-authenticator'
    default:
      return 'wrong-message-authenticator'
  }
}

/** RFC 3579 §3.3, note 1 forbids other credentials with EAP. */
function hasPassword(packet: Packet): boolean {
  return (
    packet.has(Type.UserPassword) || packet.has(Type.ChapPassword) || packet.has(Type.ArapPassword)
  )
}
