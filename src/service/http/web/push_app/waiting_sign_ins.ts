import type { PendingRequest, ShownVerification } from '../../../../push/app_message.ts'
import type { PushDevices } from '../../../authenticators/push/push_devices.ts'
import type { Places } from '../../../place/places.ts'
import type { Authentication } from '../../../sign_in/authentication.ts'
import type { Transaction, Verification } from '../../../sign_in/transaction/transaction.ts'

/** Lists the sign-ins that wait for an answer from a phone. */
export class WaitingSignIns {
  readonly #authentication: Authentication
  readonly #devices: PushDevices
  readonly #places: Places

  constructor(authentication: Authentication, devices: PushDevices, places: Places) {
    this.#authentication = authentication
    this.#devices = devices
    this.#places = places
  }

  /** Oldest first. */
  async list(phoneId: string): Promise<PendingRequest[]> {
    const waiting = await this.#authentication.waitingFor(phoneId)
    return waiting.map((transaction) => toPendingRequest(transaction, this.#places))
  }

  /** @returns `undefined` if the phone is not activated any more. */
  async listIfActivated(phoneId: string): Promise<PendingRequest[] | undefined> {
    if ((await this.#devices.byPhone(phoneId)) === undefined) return undefined
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
    place: places.of(ipaddr),
    hostname,
    type: request.type ?? '',
    info: request.pushinfo ?? [],
    opened,
    expires,
    repeatOf,
    verification: shownVerification(verification),
  }
}

/** A code that the login shows must reach the phone only through its user. */
function shownVerification(verification: Verification | undefined): ShownVerification | null {
  if (verification === undefined) return null
  const { kind, code } = verification
  return kind === 'enter' ? { kind, digits: code.length } : { kind, code }
}
