import type { PendingRequest, PendingVerification } from '../../../../push/app_message.ts'
import type { PushAnswers } from '../../../authenticators/push/push_answers.ts'
import type { PushDevices } from '../../../authenticators/push/push_devices.ts'
import type { Places } from '../../../place/places.ts'
import type { Transaction, Verification } from '../../../sign_in/transaction/transaction.ts'
import type { StoreDb } from '../../../store/store.ts'

/** Lists the sign-ins that wait for an answer from a phone. */
export class PendingSignIns {
  readonly #db: StoreDb
  readonly #pushAnswers: PushAnswers
  readonly #devices: PushDevices
  readonly #places: Places

  constructor(db: StoreDb, pushAnswers: PushAnswers, devices: PushDevices, places: Places) {
    this.#db = db
    this.#pushAnswers = pushAnswers
    this.#devices = devices
    this.#places = places
  }

  /** Oldest first. */
  async list(phoneId: string): Promise<PendingRequest[]> {
    const waiting = await this.#pushAnswers.waitingFor(phoneId)
    return waiting.map((transaction) => toPendingRequest(transaction, this.#places))
  }

  /** @returns `undefined` if the phone is no longer activated. */
  async listIfActivated(phoneId: string): Promise<PendingRequest[] | undefined> {
    if ((await this.#devices.byPhone(phoneId, this.#db)) === undefined) return undefined
    return await this.list(phoneId)
  }
}

function toPendingRequest(transaction: Transaction, places: Places): PendingRequest {
  const { txid, request, verification, opened, expires, repeatOf } = transaction
  const { application, username, displayUsername, ipaddr, hostname } = request
  return {
    txid,
    application,
    username: displayUsername ?? username,
    ipaddr,
    place: places.lookUp(ipaddr),
    hostname,
    type: request.type ?? '',
    info: request.pushinfo ?? [],
    opened,
    expires,
    repeatOf,
    verification: describeVerification(verification),
  }
}

/** Omits a code that the login shows: it must reach the phone only through its user. */
function describeVerification(verification: Verification | undefined): PendingVerification | null {
  if (verification === undefined) return null
  const { kind, code } = verification
  return kind === 'enter' ? { kind, digits: code.length } : { kind, code }
}
