import type { Store, StoreDb } from '../../store/store.ts'

/** Result of a typed code: the secret to compare it with, unless no try is left. */
export type SetupTry = { readonly secret: string; readonly sealed: string } | 'over'

const validMs = 10 * 60_000
const maxTries = 5

/**
 * Secrets of authenticator apps that are shown and not confirmed yet, one for each session. Only a
 * confirmed secret becomes a token.
 */
export class AuthenticatorSetups {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Stores a secret in place of the session's last one. @param secret In base32. */
  async begin(tokenHash: string, secret: string, now: number): Promise<void> {
    const setup = {
      sealed_secret: this.#store.sealing.seal(secret, setupPlace(tokenHash)),
      tries: 0,
      expires: now + validMs,
    }
    await this.#store.db
      .insertInto('authenticator_setups')
      .values({ token_hash: tokenHash, ...setup })
      .onConflict((conflict) => conflict.column('token_hash').doUpdateSet(setup))
      .execute()
  }

  /** Counts a try before its code is compared, so that parallel guesses count one by one. */
  async countTry(tokenHash: string, now: number): Promise<SetupTry> {
    const row = await this.#store.db
      .updateTable('authenticator_setups')
      .set((set) => ({ tries: set('tries', '+', 1) }))
      .where('token_hash', '=', tokenHash)
      .where('expires', '>', now)
      .where('tries', '<', maxTries)
      .returning('sealed_secret')
      .executeTakeFirst()
    if (row === undefined) return 'over'
    const { sealed_secret: sealed } = row
    return { secret: this.#store.sealing.open(sealed, setupPlace(tokenHash)), sealed }
  }

  /** Consumes the setup. @returns `false` if that happened already, or another secret replaced it. */
  async finish(tokenHash: string, sealed: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('authenticator_setups')
      .where('token_hash', '=', tokenHash)
      .where('sealed_secret', '=', sealed)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }

  async prune(now: number): Promise<void> {
    await this.#store.db.deleteFrom('authenticator_setups').where('expires', '<=', now).execute()
  }
}

function setupPlace(tokenHash: string): string {
  return `authenticator_setups:secret:${tokenHash}`
}
