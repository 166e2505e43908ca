import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'
import { e164, type Phones } from '../../authenticators/phone/phones.ts'
import { DeliveryError, type SenderName, type SmsPort } from '../../messaging/messaging.ts'
import { toGsm7 } from '../../messaging/sms/gsm7.ts'
import { DirectoryError } from '../../people/user.ts'
import type { StoreDb } from '../../store/store.ts'
import { type Person, SelfServiceError } from '../person.ts'
import { readName } from './device_name.ts'
import type { NumberChecks } from './number_checks.ts'
import { requireNewNumber } from './number_limits.ts'

const maxAccountLength = 40
const maxSenderLength = 22

/** Sends codes to numbers that users say are theirs. */
export class NumberCodes {
  readonly #db: StoreDb
  readonly #numberChecks: NumberChecks
  readonly #phones: Phones
  readonly #sms: SmsPort | undefined
  readonly #sender: SenderName
  readonly #clock: Clock
  readonly #log: Log

  constructor(
    db: StoreDb,
    numberChecks: NumberChecks,
    phones: Phones,
    sms: SmsPort | undefined,
    sender: SenderName,
    clock: Clock,
    log: Log,
  ) {
    this.#db = db
    this.#numberChecks = numberChecks
    this.#phones = phones
    this.#sms = sms
    this.#sender = sender
    this.#clock = clock
    this.#log = log
  }

  /** @throws {SelfServiceError} `number`, `number_taken`, `too_many`, `limit`, `not_sent` */
  async send(person: Person, typed: string, name: string): Promise<void> {
    if (this.#sms === undefined) {
      throw new SelfServiceError('not_sent', 'Text messages are not available here.')
    }
    const number = readNumber(typed)
    const { session, user } = person
    if (user !== undefined)
      requireNewNumber(number, await this.#phones.ofUser(user.userId, this.#db))
    const code = await this.#numberChecks.begin(
      { sessionHash: session.tokenHash, username: session.username },
      { number, name: readName(name) },
      this.#clock.now(),
    )
    if (code === undefined) throw limitReached()
    // letters outside GSM 03.38 would turn the message into three
    const account = toGsm7(session.username).slice(0, maxAccountLength)
    const sender = toGsm7(this.#sender.name).slice(0, maxSenderLength)
    const text = `${sender} code: ${code}. It adds this phone to the account ${account}. If you did not request it, ignore this message.`
    const userId = user?.userId ?? `new:${session.username}`
    await this.#sms
      .send({ phoneId: '', userId, number, text, txid: null, context: 'enrollment' })
      .catch((error: unknown) => {
        if (!(error instanceof DeliveryError)) throw error
        this.#log.warn('a number could not be verified', { error: error.message })
        throw error.code === 'DELIVERY_LIMIT' ? limitReached() : notSent()
      })
  }
}

function readNumber(typed: string): string {
  try {
    return e164(typed)
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    throw new SelfServiceError(
      'number',
      'Enter the number with its country code, such as +1 555 010 1234.',
    )
  }
}

function limitReached(): SelfServiceError {
  return new SelfServiceError(
    'limit',
    'Too many codes were requested. Wait an hour, or add the phone with the app instead.',
  )
}

function notSent(): SelfServiceError {
  return new SelfServiceError(
    'not_sent',
    'The message could not be sent to this number. Check it, or add the phone with the app instead.',
  )
}
