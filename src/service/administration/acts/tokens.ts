import { changedFields } from '../../audit/changes.ts'
import { type NewToken, OathTokens } from '../../authenticators/oath/oath_tokens.ts'
import { resyncByCodes } from '../../authenticators/oath/resync.ts'
import { type NewYubikey, Yubikeys } from '../../authenticators/yubikey/yubikeys.ts'
import type { User } from '../../people/user.ts'
import { Users, userGone } from '../../people/users.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { act } from '../act.ts'

/**
 * Creates an OATH token, assigned to a user or unassigned.
 *
 * @returns The token and its secret, which can't be read again.
 * @throws {DirectoryError} As `OathTokens.create`.
 */
export const createToken = act({
  name: 'hardtoken_create',
  permits: ['devices.edit'],
  do: async (
    { store, db, now },
    { user, token }: { readonly user: User | undefined; readonly token: NewToken },
  ) => {
    await requireHolder(user, db)
    return await new OathTokens(store).create(user?.userId ?? null, token, now, db)
  },
  log: ({ user }, { token }) => ({
    object: token.tokenId,
    objectKind: 'token',
    objectId: token.tokenId,
    userId: user?.userId,
    description: `user=${user?.username ?? ''} ${token.kind} ${token.digits}`,
  }),
})

/**
 * Creates a YubiKey without a user.
 *
 * @throws {DirectoryError} As `Yubikeys.create`.
 */
export const createYubikey = act({
  name: 'hardtoken_create',
  permits: ['devices.edit'],
  do: ({ store, db, now }, { yubikey }: { readonly yubikey: NewYubikey }) =>
    new Yubikeys(store).create(null, yubikey, now, db),
  log: (_, { tokenId, serial }) => ({
    object: tokenId,
    objectKind: 'token',
    objectId: tokenId,
    description: `yubikey ${serial}`,
    changes: changedFields({}, { serial, kind: 'yubikey' }),
  }),
})

/**
 * Assigns a token or YubiKey to a user; without a user, unassigns it.
 *
 * @returns Whether there is such a token.
 */
export const assignToken = act({
  name: 'hardtoken_assign',
  permits: ['devices.edit'],
  do: async (
    { store, db, now },
    { tokenId, user }: { readonly tokenId: string; readonly user: User | undefined },
  ) => {
    await requireHolder(user, db)
    const userId = user?.userId ?? null
    return (
      (await new OathTokens(store).assign(tokenId, userId, now, db)) ||
      (await new Yubikeys(store).assign(tokenId, userId, now, db))
    )
  },
  before: ({ store, db }, { tokenId }) => holderOfToken(tokenId, store, db),
  log: ({ tokenId, user }, found, before) => ({
    ...describe(tokenId, user ?? before),
    description: found ? { user: user?.username ?? '' } : 'not found',
    changes: changedFields({ user: before?.username }, { user: user?.username ?? null }),
  }),
})

/** @returns Whether consecutive codes of the token were found. */
export const resyncToken = act({
  name: 'hardtoken_resync',
  permits: ['devices.edit'],
  do: (
    { store, db },
    { tokenId, codes }: { readonly tokenId: string; readonly codes: readonly string[] },
  ) => resyncByCodes(new OathTokens(store), tokenId, codes, db),
  before: ({ store, db }, { tokenId }) => holderOfToken(tokenId, store, db),
  log: ({ tokenId }, found, holder) => ({
    ...describe(tokenId, holder),
    description: found ? 'resynchronised' : 'codes not found',
  }),
})

/** Deletes a token or YubiKey. @returns Whether there was such a token. */
export const deleteToken = act({
  name: 'hardtoken_delete',
  permits: ['devices.edit'],
  do: async ({ store, db }, { tokenId }: { readonly tokenId: string }) =>
    (await new OathTokens(store).remove(tokenId, db)) ||
    (await new Yubikeys(store).remove(tokenId, db)),
  before: ({ store, db }, { tokenId }) => holderOfToken(tokenId, store, db),
  log: ({ tokenId }, removed, holder) => ({
    ...describe(tokenId, holder),
    description: removed ? '' : 'not found',
  }),
})

/** @throws {DirectoryError} `DIRECTORY_NOT_FOUND` if the user was deleted since it was read. */
async function requireHolder(user: User | undefined, db: StoreDb): Promise<void> {
  if (user === undefined || (await new Users().hold(user.userId, db))) return
  throw userGone(user.username)
}

function describe(tokenId: string, holder: User | undefined) {
  return {
    object: tokenId,
    objectKind: 'token',
    objectId: tokenId,
    userId: holder?.userId,
  } as const
}

async function holderOfToken(
  tokenId: string,
  store: Store,
  db: StoreDb,
): Promise<User | undefined> {
  const userId =
    (await new OathTokens(store).holder(tokenId, db)) ??
    (await new Yubikeys(store).holder(tokenId, db))
  return userId === null ? undefined : await new Users().byId(userId, db)
}
