import type { Clock } from '../../../host/clock.ts'
import type { AdministratorLog } from '../../audit/administrator_log.ts'
import type { StoreDb } from '../../store/store.ts'
import type { User } from '../user.ts'

/** A phone that was added to a user's devices, or removed. */
export interface PhoneChange {
  readonly kind: 'device_added' | 'device_removed'
  readonly name: string
}

/** Logs activations, and notifies the users whose phones have changed. */
export class PhoneChanges {
  readonly #log: AdministratorLog
  readonly #notifyUser: (user: User, change: PhoneChange) => void
  readonly #clock: Clock

  constructor(
    log: AdministratorLog,
    notifyUser: (user: User, change: PhoneChange) => void,
    clock: Clock,
  ) {
    this.#log = log
    this.#notifyUser = notifyUser
    this.#clock = clock
  }

  /** Writes the log entry, in the transaction that makes the change. */
  async append(
    action: string,
    { username, userId }: { readonly username: string; readonly userId: string | null },
    { phoneId, description }: { readonly phoneId: string; readonly description: string },
    db: StoreDb,
  ): Promise<void> {
    const event = {
      timestamp: this.#clock.now(),
      actor: `user:${username}`,
      action,
      object: username,
      objectKind: 'phone',
      objectId: phoneId,
      userId,
      description,
    }
    await this.#log.append(event, db)
  }

  /** Call it after the commit. */
  notify(user: User, change: PhoneChange): void {
    this.#notifyUser(user, change)
  }
}
