import type { KeptCall, Outbox } from '../../messaging/outbox/outbox.ts'
import type { CallConversation } from './call_conversation.ts'

/** Calls of the outbox, which whoever tries things out answers in the callee's place. */
export class OutboxCalls {
  readonly #outbox: Outbox
  readonly #conversation: CallConversation
  /** Calls in which a wrong key has been pressed. */
  readonly #again = new Set<string>()

  constructor(outbox: Outbox, conversation: CallConversation) {
    this.#outbox = outbox
    this.#conversation = conversation
  }

  /** Takes the answers that have been left for calls, from whichever program. */
  async takeAnswers(): Promise<void> {
    for (const { id, key } of await this.#outbox.answers()) {
      const entry = await this.#outbox.byId(id)
      if (entry?.kind === 'phone') await this.#answer(entry, key)
      // whoever waits for it sees that it was taken, and what came of it
      await this.#outbox.answerTaken(id)
    }
  }

  /** @param key `null` for hanging up. */
  async #answer({ id, txid }: KeptCall, key: string | null): Promise<void> {
    if (!this.#again.has(id)) await this.#conversation.answered(txid)
    if (key === null) return await this.#conversation.ended(txid, 'completed')
    const again = this.#again.has(id)
    this.#again.add(id)
    await this.#conversation.pressed(txid, key, { again })
  }
}
