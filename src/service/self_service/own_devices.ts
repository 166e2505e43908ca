import type { Log } from '../../host/log.ts'
import type { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import type { Tokens } from '../authenticators/oath/oath_tokens.ts'
import type { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import { e164, type Phone, type Phones } from '../authenticators/phone/phones.ts'
import { DeliveryError, type SmsPort } from '../messaging/messaging.ts'
import { inGsm7 } from '../messaging/sms/sms_text.ts'
import { DirectoryError } from '../people/user.ts'
import type { Users } from '../people/users.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { Acts } from './acts.ts'
import { type Belongings, type BelongingsParts, listBelongings, listWaysIn } from './belongings.ts'
import type { Enrolments } from './enrolments.ts'
import type { NumberChecks } from './number_checks.ts'
import { type KnownPerson, type Person, SelfServiceError } from './person.ts'
import { mayRemove } from './ways_in.ts'

export interface OwnDevicesParts {
  readonly store: Store
  readonly acts: Acts
  readonly users: Users
  readonly phones: Phones
  readonly tokens: Tokens
  readonly bypassCodes: BypassCodes
  readonly credentials: WebauthnCredentials
  readonly belongings: BelongingsParts
  readonly enrolments: Enrolments
  readonly numberChecks: NumberChecks
  readonly sms: SmsPort | undefined
  readonly log: Log
  readonly clock: { now(): number }
}

const maxNameLength = 64
const maxPhones = 20
const maxAccountLength = 40
const recoveryCodeCount = 10

/** What users do with the devices that are theirs. */
export class OwnDevices {
  readonly #parts: OwnDevicesParts

  constructor(parts: OwnDevicesParts) {
    this.#parts = parts
  }

  async list({ user }: KnownPerson): Promise<Belongings> {
    return await this.#belongings(user.userId, this.#parts.store.db)
  }

  /**
   * Sends a code to a number that somebody says is his.
   *
   * @throws {SelfServiceError} `number`, `number_taken`, `limit`, `not_sent`
   */
  async beginNumber(person: Person, typed: string, name: string): Promise<void> {
    const { sms, numberChecks, clock } = this.#parts
    if (sms === undefined) throw new SelfServiceError('not_sent', 'Messages are not set up here.')
    const number = readNumber(typed)
    await this.#refuseTaken(person, number)
    const { session, user } = person
    const code = await numberChecks.begin(
      { sessionHash: session.tokenHash, username: session.username },
      { number, name: readName(name) },
      clock.now(),
    )
    if (code === undefined) throw limitReached()
    // one message, whatever the name: a letter that GSM 03.38 does not have would make it three
    const account = inGsm7(session.username).slice(0, maxAccountLength)
    const text = `Countersign code: ${code}. It adds this phone to the account ${account}. If you did not ask for it, do nothing.`
    const userId = user?.userId ?? `new:${session.username}`
    await sms
      .send({ phoneId: '', userId, number, text, txid: null, context: 'enrollment' })
      .catch((error: unknown) => {
        if (!(error instanceof DeliveryError)) throw error
        this.#parts.log.warn('a number could not be verified', { error: error.message })
        throw error.code === 'DELIVERY_LIMIT' ? limitReached() : notSent()
      })
  }

  /**
   * Adds the number whose code was typed, as a phone.
   *
   * @throws {SelfServiceError} `wrong_code`, `code_over`, `number_taken`, `too_many`
   */
  async finishNumber(person: Person, code: string): Promise<string> {
    const { store, numberChecks, phones, enrolments, acts, clock } = this.#parts
    const { tokenHash } = person.session
    const now = clock.now()
    // a wrong code stays counted, whatever becomes of the rest
    const checked = await store.transaction((db) =>
      numberChecks.check(tokenHash, code.replace(/\s/g, ''), now, db),
    )
    if (checked === 'wrong_code') {
      throw new SelfServiceError('wrong_code', 'That is not the code. Look at the message again.')
    }
    if (checked === 'code_over') {
      throw new SelfServiceError('code_over', 'That code is not valid any more. Ask for a new one.')
    }
    return await acts.run(async (db) => {
      const known = await enrolments.known(person, db, now)
      const { userId } = known.user
      await this.#parts.users.hold(userId, db)
      const before = await phones.ofUser(userId, db)
      if (before.some(({ number }) => number === checked.number)) throw numberTaken()
      if (before.length >= maxPhones) throw tooMany()
      const added = await phones.add(userId, checked, now, db)
      await enrolments.deviceAdded(known, now, db)
      const name = added.name === '' ? added.number : added.name
      return {
        result: added.phoneId,
        user: known.user,
        action: 'phone_create',
        description: `${added.phoneId} ${added.number}`,
        notice: { kind: 'device_added', name },
      }
    })
  }

  /** @throws {SelfServiceError} `not_found`, `name` */
  async rename(person: KnownPerson, phoneId: string, typed: string): Promise<void> {
    const { phones, acts } = this.#parts
    const name = readName(typed)
    await acts.run(async (db) => {
      await this.#ownPhone(person, phoneId, db)
      await phones.update(phoneId, { name }, db)
      const description = `${phoneId} name=${name}`
      return { result: undefined, user: person.user, action: 'phone_update', description }
    })
  }

  /**
   * Puts the phones into another order: what `push2` counts.
   *
   * @throws {SelfServiceError} `order` where they are not all of them, each once.
   */
  async reorder({ user }: KnownPerson, phoneIds: readonly string[]): Promise<void> {
    const { acts, users, phones } = this.#parts
    await acts.run(async (db) => {
      await users.hold(user.userId, db)
      const own = (await phones.ofUser(user.userId, db)).map(({ phoneId }) => phoneId)
      const named = new Set(phoneIds)
      if (phoneIds.length !== own.length || !own.every((phoneId) => named.has(phoneId))) {
        throw new SelfServiceError(
          'order',
          'Your devices have changed meanwhile. Load the page again.',
        )
      }
      await phones.reorder(user.userId, phoneIds, db)
      const description = phoneIds.join(' ')
      return { result: undefined, user, action: 'phone_reorder', description }
    })
  }

  /**
   * Removes a phone. Its user's row is locked before anything is looked at, so that of two removals
   * at once the second sees what the first has left.
   *
   * @throws {SelfServiceError} `not_found`, `last_way_in`
   */
  async remove(person: KnownPerson, phoneId: string): Promise<void> {
    const { acts, users, phones } = this.#parts
    const { user } = person
    await acts.run(async (db) => {
      await users.hold(user.userId, db)
      const phone = await this.#ownPhone(person, phoneId, db)
      await this.#refuseLast(user.userId, phoneId, db)
      await phones.remove(phoneId, db)
      const name = phone.name === '' ? phone.number : phone.name
      return {
        result: undefined,
        user,
        action: 'phone_delete',
        description: phoneId,
        notice: { kind: 'device_removed', name: name === '' ? 'Phone' : name },
      }
    })
  }

  /** @throws {SelfServiceError} `not_found`, `last_way_in` */
  async removePasskey({ user }: KnownPerson, credentialId: string): Promise<void> {
    const { acts, users, credentials } = this.#parts
    await acts.run(async (db) => {
      await users.hold(user.userId, db)
      const own = await credentials.ofUser(user.userId, db)
      const passkey = own.find((credential) => credential.credentialId === credentialId)
      if (passkey === undefined) throw notFound()
      await this.#refuseLast(user.userId, credentialId, db)
      await credentials.remove(credentialId, user.userId, db)
      return {
        result: undefined,
        user,
        action: 'passkey_delete',
        description: credentialId,
        notice: { kind: 'passkey_removed', name: passkey.name },
      }
    })
  }

  /** @throws {SelfServiceError} `not_found`, `name` */
  async renamePasskey({ user }: KnownPerson, credentialId: string, typed: string): Promise<void> {
    const { acts, credentials } = this.#parts
    const name = readName(typed)
    await acts.run(async (db) => {
      if (!(await credentials.rename(credentialId, user.userId, name, db))) throw notFound()
      const description = `${credentialId} name=${name}`
      return { result: undefined, user, action: 'passkey_update', description }
    })
  }

  /**
   * Makes ten codes in the place of those that there are; each is good once.
   *
   * @returns The codes, which can't be had again.
   */
  async makeRecoveryCodes({ user }: KnownPerson): Promise<string[]> {
    const { acts, bypassCodes } = this.#parts
    return await acts.run(async (db, now) => {
      const codes = await bypassCodes.create(
        user.userId,
        {
          count: recoveryCodeCount,
          reuseCount: 1,
          validSecs: 0,
          preserveExisting: false,
          createdBy: `user:${user.username}`,
        },
        now,
        db,
      )
      return {
        result: codes,
        user,
        action: 'bypass_create',
        description: `count=${codes.length}`,
        notice: { kind: 'recovery_codes_made' },
      }
    })
  }

  async #belongings(userId: string, db: StoreDb): Promise<Belongings> {
    const { belongings, clock } = this.#parts
    return await listBelongings(userId, clock.now(), belongings, db)
  }

  async #refuseLast(userId: string, id: string, db: StoreDb): Promise<void> {
    if (mayRemove(listWaysIn(await this.#belongings(userId, db)), id)) return
    throw new SelfServiceError(
      'last_way_in',
      'This is the last thing that you can sign in with. Add another one first.',
    )
  }

  /** In an enrolment only what it has added is within reach. */
  async #ownPhone({ session, user }: KnownPerson, phoneId: string, db: StoreDb): Promise<Phone> {
    const since = session.kind === 'enrollment' ? session.created : 0
    const own = await this.#parts.phones.ofUser(user.userId, db)
    const phone = own.find((candidate) => candidate.phoneId === phoneId)
    if (phone === undefined || phone.created < since) throw notFound()
    return phone
  }

  async #refuseTaken({ user }: Person, number: string): Promise<void> {
    if (user === undefined) return
    const own = await this.#parts.phones.ofUser(user.userId)
    if (own.some((phone) => phone.number === number)) throw numberTaken()
    if (own.length >= maxPhones) throw tooMany()
  }
}

/** @throws {SelfServiceError} `name` */
export function readName(typed: string): string {
  const name = typed.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (name.length <= maxNameLength && !/\p{C}/u.test(name)) return name
  throw new SelfServiceError('name', `A name has ${maxNameLength} characters at most.`)
}

function readNumber(typed: string): string {
  try {
    return e164(typed)
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    throw new SelfServiceError(
      'number',
      'Write the number with its country code, like +1 555 010 1234.',
    )
  }
}

function notFound(): SelfServiceError {
  return new SelfServiceError('not_found', 'That is not there any more. Load the page again.')
}

function numberTaken(): SelfServiceError {
  return new SelfServiceError('number_taken', 'This number is one of your devices already.')
}

function tooMany(): SelfServiceError {
  return new SelfServiceError('too_many', `You have ${maxPhones} devices. Remove one first.`)
}

function limitReached(): SelfServiceError {
  return new SelfServiceError(
    'limit',
    'Too many codes have been asked for. Wait an hour, or add the phone with the app instead.',
  )
}

function notSent(): SelfServiceError {
  return new SelfServiceError(
    'not_sent',
    'The message could not be sent to this number. Check it, or add the phone with the app instead.',
  )
}
