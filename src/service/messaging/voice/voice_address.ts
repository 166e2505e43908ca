import { timingSafeEqual } from 'node:crypto'
import type { Sealing } from '../../store/sealing.ts'

/** What a provider asks us about a call: what to say, which key was pressed, how it ended. */
export type VoiceStep = 'call' | 'key' | 'status'

/**
 * The addresses that a provider calls back. Each holds a key that is made from the txid: whoever
 * knows a txid, as the application does, can't address its call.
 */
export class VoiceAddresses {
  readonly #sealing: Sealing
  readonly #publicUrl: () => string

  /** @param publicUrl Under which the provider reaches the service, without a slash at its end. */
  constructor(sealing: Sealing, publicUrl: () => string) {
    this.#sealing = sealing
    this.#publicUrl = publicUrl
  }

  /** @param options.again Whether a wrong key has been pressed already. */
  of(step: VoiceStep, txid: string, options: { readonly again?: boolean } = {}): string {
    const key = encodeURIComponent(this.#sealing.hash(txid, place))
    const again = options.again === true ? '&again=1' : ''
    return `${this.#publicUrl()}/voice/v1/${step}/${encodeURIComponent(txid)}?key=${key}${again}`
  }

  /** A path and query of ours as the provider has called it: what its signature is over. */
  asCalled(pathAndQuery: string): string {
    return `${this.#publicUrl()}${pathAndQuery}`
  }

  /** Whether the key in an address is the one of its txid, under any sealing key. */
  isKeyOf(txid: string, key: string): boolean {
    const given = Buffer.from(key)
    return this.#sealing
      .hashes(txid, place)
      .map((hash) => Buffer.from(hash))
      .some((own) => own.length === given.length && timingSafeEqual(own, given))
  }
}

const place = 'voice'
