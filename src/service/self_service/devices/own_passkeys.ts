import type { WebauthnCredentials } from '../../authenticators/passkey/webauthn_credentials.ts'
import type { Users } from '../../people/users.ts'
import type { Acts } from '../acts.ts'
import { type KnownPerson, notFound } from '../person.ts'
import type { OwnBelongings } from './belongings.ts'
import { readName } from './device_name.ts'

/** What users do with their own passkeys, once registered. */
export class OwnPasskeys {
  readonly #acts: Acts
  readonly #users: Users
  readonly #credentials: WebauthnCredentials
  readonly #belongings: OwnBelongings

  constructor(
    acts: Acts,
    users: Users,
    credentials: WebauthnCredentials,
    belongings: OwnBelongings,
  ) {
    this.#acts = acts
    this.#users = users
    this.#credentials = credentials
    this.#belongings = belongings
  }

  /** @throws {SelfServiceError} `not_found`, `last_way_in` */
  async remove({ user }: KnownPerson, credentialId: string): Promise<void> {
    await this.#acts.run(async (db) => {
      await this.#users.hold(user.userId, db)
      const own = await this.#credentials.ofUser(user.userId, db)
      const passkey = own.find((credential) => credential.credentialId === credentialId)
      if (passkey === undefined) throw notFound()
      await this.#belongings.requireOther(user.userId, credentialId, db)
      await this.#credentials.remove(credentialId, user.userId, db)
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
  async rename({ user }: KnownPerson, credentialId: string, typed: string): Promise<void> {
    const name = readName(typed)
    await this.#acts.run(async (db) => {
      if (!(await this.#credentials.rename(credentialId, user.userId, name, db))) throw notFound()
      const description = `${credentialId} name=${name}`
      return { result: undefined, user, action: 'passkey_update', description }
    })
  }
}
