import type { UsernameNormalization } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { BypassCodes } from '../../authenticators/bypass/bypass_codes.ts'
import type { Store } from '../../store/store.ts'
import type { User } from '../user.ts'
import { nameTaken, requireNewName } from '../user_names.ts'
import type { Users } from '../users.ts'
import type { ActivationCodes } from './activation_codes.ts'

/** A user who was created, and the code that adds their first device. */
export interface Enrolled {
  readonly user: User
  /** Can't be read again: only its hash is stored. */
  readonly activationCode: string
  readonly expires: number
  readonly bypassCodes: readonly string[]
}

export type ActivationStatus = 'success' | 'waiting' | 'invalid'

/** Creates users who then add their own device. */
export class Enrollment {
  readonly #store: Store
  readonly #users: Users
  readonly #bypassCodes: BypassCodes
  readonly #clock: Clock
  readonly #codes: ActivationCodes

  constructor(
    store: Store,
    users: Users,
    bypassCodes: BypassCodes,
    codes: ActivationCodes,
    clock: Clock,
  ) {
    this.#store = store
    this.#users = users
    this.#bypassCodes = bypassCodes
    this.#clock = clock
    this.#codes = codes
  }

  /**
   * @param normalization How the application will look the user up.
   * @throws {DirectoryError} `DIRECTORY_NAME_TAKEN`, `DIRECTORY_LOOK_ALIKE`, `DIRECTORY_NAME`
   */
  async enroll(
    username: string,
    normalization: UsernameNormalization,
    { validSecs, bypassCodes }: { readonly validSecs: number; readonly bypassCodes: number },
  ): Promise<Enrolled> {
    const now = this.#clock.now()
    const expires = now + validSecs * 1000
    return await this.#store.transaction(async (db) => {
      // where domains are ignored, `CORP\\alice` is alice and must not become a second user
      const known = await this.#users.byLoginName(username, normalization, db)
      if (known !== undefined) throw nameTaken(username)
      await requireNewName(username, normalization, db)
      const user = await this.#users.create({ username }, now, db)
      const activationCode = await this.#codes.create(user.userId, null, expires, now, db)
      const codes =
        bypassCodes === 0
          ? []
          : await this.#bypassCodes.create(
              user.userId,
              {
                count: bypassCodes,
                reuseCount: 1,
                validSecs: 0,
                preserveExisting: false,
                createdBy: 'enroll',
              },
              now,
              db,
            )
      return { user, activationCode, expires, bypassCodes: codes }
    })
  }

  /** Whether a device has been added with the code. */
  async status(userId: string, activationCode: string): Promise<ActivationStatus> {
    const row = await this.#codes.find(activationCode, this.#store.db)
    if (row?.userId !== userId) return 'invalid'
    if (row.used !== null) return 'success'
    return row.expires > this.#clock.now() ? 'waiting' : 'invalid'
  }
}
