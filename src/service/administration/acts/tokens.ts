import { type NewToken, OathTokens } from '../../authenticators/oath/oath_tokens.ts'
import { resyncByCodes } from '../../authenticators/oath/resync.ts'
import { Yubikeys } from '../../authenticators/yubikey/yubikeys.ts'
import type { User } from '../../people/user.ts'
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
  do: (
    { store, db, now },
    { user, token }: { readonly user: User | undefined; readonly token: NewToken },
  ) => new OathTokens(store).create(user?.userId ?? null, token, now, db),
  log: ({ user }, { token }) => ({
    object: token.tokenId,
    description: `user=${user?.username ?? ''} ${token.kind} ${token.digits}`,
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
    { store, db },
    { tokenId, user }: { readonly tokenId: string; readonly user: User | undefined },
  ) => {
    const userId = user?.userId ?? null
    return (
      (await new OathTokens(store).assign(tokenId, userId, db)) ||
      (await new Yubikeys(store).assign(tokenId, userId, db))
    )
  },
  log: ({ tokenId, user }, found) => ({
    object: tokenId,
    description: found ? { user: user?.username ?? '' } : 'not found',
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
  log: ({ tokenId }, found) => ({
    object: tokenId,
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
  log: ({ tokenId }, removed) => ({ object: tokenId, description: removed ? '' : 'not found' }),
})
