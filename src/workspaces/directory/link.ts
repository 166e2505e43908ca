import { type Faults, isListed, linkFaultsOf } from '../knobs/faults.ts'
import type { RadiusServer } from './radius_server.ts'
import type { Random } from './random.ts'
import type { Timing } from './timing.ts'

const reorderMs = 50

/** What a link does to a datagram on its way. */
export type Passage =
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'delivered'; readonly copies: number; readonly delayMs: number }

/** The network between one controller and the servers, with the faults of the knobs. */
export class Link {
  readonly #controller: string
  readonly #faults: () => Faults
  readonly #random: Random

  constructor(controller: string, faults: () => Faults, random: Random) {
    this.#controller = controller
    this.#faults = faults
    this.#random = random
  }

  /** Decides what happens to a request. */
  passRequest({ name, address }: RadiusServer): Passage {
    const faults = this.#faults()
    if (isListed(faults.blockedSg, this.#controller)) {
      return { kind: 'lost', reason: 'the security group has no outbound rule' }
    }
    if (isListed(faults.icmpUnreachable, name, address)) return { kind: 'unreachable' }
    if (isListed(faults.serverDown, name, address)) {
      return { kind: 'lost', reason: 'the server is down' }
    }
    return this.#pass()
  }

  /** Decides what happens to a reply. */
  passReply(): Passage {
    if (isListed(this.#faults().oneWaySg, this.#controller)) {
      return { kind: 'lost', reason: 'the security group drops replies' }
    }
    return this.#pass()
  }

  /** A reply as it arrives: maybe with one octet changed, maybe from another port. */
  distortReply<From extends { readonly port: number }>(
    datagram: Uint8Array,
    from: From,
  ): { readonly datagram: Uint8Array; readonly from: From } {
    const { corruptReplyPct, wrongSourcePct } = this.#link
    const distorted = Uint8Array.from(datagram)
    if (this.#happens(corruptReplyPct)) {
      // behind the Identifier, by which the reply is found
      const at = 4 + Math.floor(this.#random.fraction() * Math.max(1, distorted.length - 4))
      if (at < distorted.length) distorted[at] = (distorted[at] ?? 0) ^ 0x55
    }
    const isWrong = this.#happens(wrongSourcePct)
    return { datagram: distorted, from: isWrong ? { ...from, port: from.port ^ 1 } : from }
  }

  #pass(): Passage {
    const { lossPct, dupPct, reorderPct, delayMs } = this.#link
    if (this.#happens(lossPct)) return { kind: 'lost', reason: 'lost on the way' }
    const copies = this.#happens(dupPct) ? 2 : 1
    const held = this.#happens(reorderPct) ? reorderMs : 0
    return { kind: 'delivered', copies, delayMs: delayMs + held }
  }

  get #link() {
    return linkFaultsOf(this.#faults(), this.#controller)
  }

  /** Takes no random number for a fault that is off, so that seeds stay valid when faults are added. */
  #happens(percent: number): boolean {
    return percent > 0 && this.#random.fraction() * 100 < percent
  }
}

/** Delivers a datagram after its delay, as often as it arrives. */
export function deliver(
  passage: Extract<Passage, { kind: 'delivered' }>,
  timing: Timing,
  action: () => void,
): void {
  for (let copy = 0; copy < passage.copies; copy++) {
    if (passage.delayMs === 0) action()
    else timing.after(passage.delayMs, action)
  }
}
