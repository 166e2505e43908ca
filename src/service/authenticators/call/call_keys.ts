import { statusMessage } from '../../../duo/index.ts'
import type { PhoneConfig } from '../../config/phone_section.ts'
import type { SenderName } from '../../messaging/messaging.ts'
import { type CallReply, twiml } from '../../messaging/twilio/twiml.ts'
import type { VoiceAddresses } from '../../messaging/voice/voice_address.ts'
import { askingText, type VoiceTexts, voiceTexts } from '../../messaging/voice/voice_texts.ts'
import type { Outcome, Settles, Transaction } from '../../sign_in/transaction/transaction.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../../store/store.ts'

/** The keys pressed in a call settle its sign-in. Only a key approves, so that voicemail never does. */
export class CallKeys {
  readonly #db: StoreDb
  readonly #transactions: Pick<Transactions, 'byTxid' | 'progress'>
  readonly #settlement: Settles
  readonly #sender: SenderName
  readonly #addresses: Pick<VoiceAddresses, 'of'>
  readonly #phone: Pick<PhoneConfig, 'language' | 'confirmKeys' | 'fraudKey'>

  constructor(
    db: StoreDb,
    transactions: Pick<Transactions, 'byTxid' | 'progress'>,
    settlement: Settles,
    sender: SenderName,
    addresses: Pick<VoiceAddresses, 'of'>,
    phone: Pick<PhoneConfig, 'language' | 'confirmKeys' | 'fraudKey'>,
  ) {
    this.#db = db
    this.#transactions = transactions
    this.#settlement = settlement
    this.#sender = sender
    this.#addresses = addresses
    this.#phone = phone
  }

  /** The call was answered. @returns TwiML that asks for a key. */
  async answered(txid: string): Promise<string> {
    const transaction = await this.#waiting(txid)
    if (transaction === undefined) return this.#sayEnding(this.#texts.over)
    const status_msg = `Answered. Press '${this.#phone.confirmKeys.slice(0, 1)}' on your phone to log in.`
    await this.#transactions.progress(txid, { status: 'answered', status_msg })
    return this.#askForKey(transaction, { again: false })
  }

  /**
   * A key was pressed.
   *
   * @param key `0` to `9`, `*`, `#`, or empty for none.
   * @param options.again Whether a wrong key was pressed before.
   * @returns TwiML that speaks the result.
   */
  async pressed(txid: string, key: string, options: { readonly again: boolean }): Promise<string> {
    const { confirmKeys, fraudKey } = this.#phone
    const texts = this.#texts
    const transaction = await this.#waiting(txid)
    if (transaction === undefined) return this.#sayEnding(texts.over)
    if (key.length !== 1) return await this.#end(txid, noKey, texts.noKey)
    if (key === fraudKey) return await this.#end(txid, fraud, texts.reported)
    if (confirmKeys.includes(key)) return await this.#end(txid, confirmed, texts.confirmed)
    if (options.again) return await this.#end(txid, wrongKey, texts.noKey)
    return this.#askForKey(transaction, { again: true })
  }

  /** The call is over. The sign-in is denied if no key was pressed. */
  async ended(txid: string, status: string): Promise<void> {
    const end = ends[status]
    const transaction = await this.#waiting(txid)
    // a key was pressed, if the approval waits for the request that it lets in
    if (end === undefined || transaction === undefined || transaction.approved !== null) return
    await this.#settlement.settle(txid, end.outcome, end.reason)
  }

  get #texts(): VoiceTexts {
    return voiceTexts[this.#phone.language]
  }

  async #waiting(txid: string): Promise<Transaction | undefined> {
    const transaction = await this.#transactions.byTxid(txid, this.#db)
    const waits = transaction?.factor === 'phone' && transaction.outcome.result === 'waiting'
    return waits ? transaction : undefined
  }

  /** Of two concurrent answers one settles it; the other hears that the sign-in is over. */
  async #end(txid: string, { outcome, reason }: End, text: string): Promise<string> {
    const won = await this.#settlement.settle(txid, outcome, reason)
    return this.#sayEnding(won ? text : this.#texts.over)
  }

  #askForKey({ txid, request }: Transaction, { again }: { readonly again: boolean }): string {
    const texts = this.#texts
    const asked = askingText(
      texts,
      again ? '' : this.#sender.name,
      request.application,
      this.#phone,
    )
    return this.#speak({
      says: again ? `${texts.wrongKey} ${asked}` : asked,
      keyUrl: this.#addresses.of('key', txid, { again }),
      otherwise: texts.noKey,
    })
  }

  #sayEnding(text: string): string {
    return this.#speak({ says: text })
  }

  #speak(reply: Omit<CallReply, 'language'>): string {
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

/** By Twilio's CallStatus. If a `completed` call still waits, no key was pressed. */
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
