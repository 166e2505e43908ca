import { statusMessage } from '../../../duo/index.ts'
import type { PhoneConfig } from '../../config/phone_section.ts'
import { type CallReply, twiml } from '../../messaging/twilio/twiml.ts'
import type { VoiceAddresses } from '../../messaging/voice/voice_address.ts'
import { askingText, type VoiceTexts, voiceTexts } from '../../messaging/voice/voice_texts.ts'
import type { Authentication } from '../../sign_in/authentication.ts'
import type { Outcome, Transaction } from '../../sign_in/transaction/transaction.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'

/** The keys that a callee may press, and the language of the texts. */
export type CallKeys = Pick<PhoneConfig, 'language' | 'confirmKeys' | 'fraudKey'>

/** The dialogue of a call. Only a pressed key lets a user in, so that voicemail never does. */
export class CallConversation {
  readonly #authentication: Authentication
  readonly #transactions: Transactions
  readonly #addresses: VoiceAddresses
  readonly #keys: CallKeys
  readonly #texts: VoiceTexts

  constructor(
    authentication: Authentication,
    transactions: Transactions,
    addresses: VoiceAddresses,
    keys: CallKeys,
  ) {
    this.#authentication = authentication
    this.#transactions = transactions
    this.#addresses = addresses
    this.#keys = keys
    this.#texts = voiceTexts[keys.language]
  }

  /** The call was answered. @returns TwiML that asks for a key. */
  async answered(txid: string): Promise<string> {
    const transaction = await this.#waiting(txid)
    if (transaction === undefined) return this.#ending(this.#texts.over)
    const status_msg = `Answered. Press '${this.#keys.confirmKeys.slice(0, 1)}' on your phone to log in.`
    await this.#authentication.progress(txid, { status: 'answered', status_msg })
    return this.#asking(transaction, { again: false })
  }

  /**
   * A key was pressed, or none in time.
   *
   * @param key `0` to `9`, `*`, `#`, or empty for none.
   * @param options.again Whether a wrong key was pressed before.
   * @returns TwiML that speaks the outcome.
   */
  async pressed(txid: string, key: string, options: { readonly again: boolean }): Promise<string> {
    const { confirmKeys, fraudKey } = this.#keys
    const texts = this.#texts
    const transaction = await this.#waiting(txid)
    if (transaction === undefined) return this.#ending(texts.over)
    if (key.length !== 1) return await this.#end(txid, noKey, texts.noKey)
    if (key === fraudKey) return await this.#end(txid, fraud, texts.reported)
    if (confirmKeys.includes(key)) return await this.#end(txid, confirmed, texts.confirmed)
    if (options.again) return await this.#end(txid, wrongKey, texts.noKey)
    return this.#asking(transaction, { again: true })
  }

  /** The call has ended. Without a key, the sign-in is denied. */
  async ended(txid: string, status: string): Promise<void> {
    const end = ends[status]
    if (end === undefined || (await this.#waiting(txid)) === undefined) return
    await this.#authentication.settle(txid, end.outcome, end.reason)
  }

  async #waiting(txid: string): Promise<Transaction | undefined> {
    const transaction = await this.#transactions.byTxid(txid)
    const waits = transaction?.factor === 'phone' && transaction.outcome.result === 'waiting'
    return waits ? transaction : undefined
  }

  /** Settles the sign-in. If another answer came first, the call says that the sign-in is over. */
  async #end(txid: string, { outcome, reason }: End, text: string): Promise<string> {
    const won = await this.#authentication.settle(txid, outcome, reason)
    return this.#ending(won ? text : this.#texts.over)
  }

  #asking({ txid, request }: Transaction, { again }: { readonly again: boolean }): string {
    const texts = this.#texts
    const asked = askingText(texts, request.application, this.#keys)
    return this.#said({
      says: again ? `${texts.wrongKey} ${asked}` : asked,
      keyUrl: this.#addresses.of('key', txid, { again }),
      otherwise: texts.noKey,
    })
  }

  #ending(text: string): string {
    return this.#said({ says: text })
  }

  #said(reply: Omit<CallReply, 'language'>): string {
    return twiml({ ...reply, language: this.#texts.tag })
  }
}

interface End {
  readonly outcome: Outcome
  readonly reason: string
}

const confirmed: End = {
  outcome: { result: 'allow', status: 'allow', status_msg: statusMessage.success },
  reason: 'user_approved',
}
const fraud: End = {
  outcome: { result: 'deny', status: 'fraud', status_msg: statusMessage.fraud },
  reason: 'user_marked_fraud',
}
const noKey = denied(statusMessage.noKeypress, 'no_keys_pressed')
const wrongKey = denied('Wrong key pressed. Please try again.', 'wrong_key_pressed')

/** By Twilio's CallStatus. In a `completed` call whose sign-in still waits, no key was pressed. */
const ends: Readonly<Record<string, End>> = {
  completed: noKey,
  busy: denied('Your phone is busy. Please try again.', 'line_busy'),
  'no-answer': denied('Your phone was not answered. Please try again.', 'call_timed_out'),
  failed: denied(statusMessage.callFailed, 'call_failed'),
  canceled: denied(statusMessage.callFailed, 'call_failed'),
}

function denied(status_msg: string, reason: string): End {
  return { outcome: { result: 'deny', status: 'deny', status_msg }, reason }
}
