import type { Secret } from '../../src/host/secret.ts'
import { Integrations } from '../../src/service/applications/integrations.ts'
import { OathTokens } from '../../src/service/authenticators/oath/oath_tokens.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'

/** Somebody with a counter-based token. */
export interface TokenHolder {
  readonly username: string
  /** Base32. */
  readonly secret: string
}

/**
 * Of some thousands of used codes of six digits that are tried again, one is now and then by chance
 * among the next twenty, and taken.
 */
export const digits = 8

/** What a service was given before its first start. */
export interface Stock {
  readonly ikey: string
  readonly skey: string
  readonly holders: readonly TokenHolder[]
}

/** Fills a new store with an application and with people whose next code is that of counter 0. */
export async function stockStore(options: {
  readonly folder: string
  readonly databaseUrl?: Secret
  readonly holders: number
}): Promise<Stock> {
  const { folder, databaseUrl } = options
  const store = await Store.open({ folder, databaseUrl, migrate: true })
  const users = new Users()
  const tokens = new OathTokens(store)
  const now = Date.now()
  try {
    return await store.transaction(async (db) => {
      const application = { name: 'load', type: 'authapi' } as const
      const { ikey, skey } = await new Integrations(store).create(application, now, db)
      const holders: TokenHolder[] = []
      for (let index = 0; index < options.holders; index++) {
        const username = `holder${index}`
        const { userId } = await users.create({ username }, now, db)
        const { secret } = await tokens.create(userId, { kind: 'hotp', digits }, now, db)
        holders.push({ username, secret })
      }
      return { ikey, skey: skey.reveal(), holders }
    })
  } finally {
    await store.close()
  }
}
