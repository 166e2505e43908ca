import { BypassCodes, type NewBypassCodes } from '../../authenticators/bypass/bypass_codes.ts'
import type { User } from '../../people/user.ts'
import { act } from '../act.ts'

/** @returns The codes, which can't be read again, and how many usable ones they replace. */
export const createBypassCodes = act({
  name: 'bypass_create',
  permits: ['bypass_codes.edit'],
  do: async (
    { store, db, now, actor },
    { user, codes }: { readonly user: User; readonly codes: Omit<NewBypassCodes, 'createdBy'> },
  ) => {
    const bypassCodes = new BypassCodes(store)
    const replaced = codes.preserveExisting
      ? 0
      : await bypassCodes.countUsable(user.userId, now, db)
    const created = await bypassCodes.create(user.userId, { ...codes, createdBy: actor }, now, db)
    return { codes: created, replaced }
  },
  log: ({ user }, { codes, replaced }) => ({
    object: user.username,
    description: { count: codes.length, replaced },
  }),
})

/** Deletes all bypass codes of a user. */
export const deleteBypassCodes = act({
  name: 'bypass_delete',
  permits: ['bypass_codes.edit'],
  do: ({ store, db }, { user }: { readonly user: User }) =>
    new BypassCodes(store).removeOfUser(user.userId, db),
  log: ({ user }) => ({ object: user.username, description: 'all' }),
})
