import { timingSafeEqual } from 'node:crypto'
import type { Sealing } from '../../store/sealing.ts'

/** A provider's requests about a call: what to say, which key was pressed, how the call ended. */
export type VoiceStep = 'call' | 'key' | 'status'

/**
 * Webhook URLs of a call. Each contains a key derived from the txid, so that knowing a txid, as the
 * application does, is not enough to forge a webhook.
 */
export class VoiceAddresses {
  readonly #sealing: Sealing
  readonly #publicUrl: () => string

  /** @param publicUrl The service's URL for the provider, without a trailing slash. */
  constructor(sealing: Sealing, publicUrl: () => string) {
    this.#sealing = sealing
    this.#publicUrl = publicUrl
  }

  /** @param options.again Whether a wrong key was pressed before. */
  of(step: VoiceStep, txid: string, options: { readonly again?: boolean } = {}): string {
    const key = encodeURIComponent(this.#sealing.hash(txid, place))
    const again = options.again === true ? '&again=1' : ''
    return `${this.#publicUrl()}/voice/v1/${step}/${encodeURIComponent(txid)}?key=${key}${again}`
  }

  /** The full URL of a webhook request, which the provider's signature covers. */
  asCalled(pathAndQuery: string): string {
    return `${this.#publicUrl()}${pathAndQuery}`
  }

  /** Whether the key in a URL matches its txid, under any sealing key. */
  isKeyOf(txid: string, key: string): boolean {
    const given = Buffer.from(key)
    return this.#sealing
      .hashes(txid, place)
      .map((hash) => Buffer.from(hash))
      .some((own) => own.length === given.length && timingSafeEqual(own, given))
  }
}

const place = 'voice'
