import type { CallKeys } from '../../authenticators/call/call_keys.ts'
import type { KeptCall, Outbox } from '../../messaging/outbox/outbox.ts'

/** Answers the calls of the outbox: in test mode, the tester presses the keys on a page. */
export class OutboxCalls {
  readonly #outbox: Outbox
  readonly #callKeys: CallKeys
  /** Calls in which a wrong key was pressed. */
  readonly #again = new Set<string>()

  constructor(outbox: Outbox, callKeys: CallKeys) {
    this.#outbox = outbox
    this.#callKeys = callKeys
  }

  /** Consumes the answers that the page or the command line has left. */
  async takeAnswers(): Promise<void> {
    for (const { id, key } of await this.#outbox.answers()) {
      const entry = await this.#outbox.byId(id)
      if (entry?.kind === 'phone') await this.#answer(entry, key)
      // a waiting command sees that the answer was consumed
      await this.#outbox.answerTaken(id)
    }
  }

  /** @param key `null` if the tester hung up. */
  async #answer({ id, txid }: KeptCall, key: string | null): Promise<void> {
    if (!this.#again.has(id)) await this.#callKeys.answered(txid)
    if (key === null) return await this.#callKeys.ended(txid, 'completed')
    const again = this.#again.has(id)
    this.#again.add(id)
    await this.#callKeys.pressed(txid, key, { again })
  }
}
