import { BypassCodes, type NewBypassCodes } from '../../authenticators/bypass/bypass_codes.ts'
import type { User } from '../../people/user.ts'
import { Users } from '../../people/users.ts'
import { act } from '../act.ts'
import { approval } from '../approval.ts'

interface BypassCodeOrder {
  readonly user: User
  readonly codes: Omit<NewBypassCodes, 'createdBy'>
}

interface BypassCodeOfUser {
  readonly user: User
  readonly bypassCodeId: string
}

/**
 * The user's own recovery codes keep working.
 *
 * @returns The codes, which can't be read again, how many usable bypass codes they replace, and how many
 *   recovery codes the user has.
 */
export const createBypassCodes = act({
  name: 'bypass_create',
  permits: ['bypass_codes.edit'],
  stepUp: true,
  hourly: { cap: 'bypass_codes', count: ({ codes }: BypassCodeOrder) => codes.count },
  approval: approval({
    summary: ({ user, codes }: BypassCodeOrder) => {
      const { count } = codes
      return `Create ${count} bypass code${count === 1 ? '' : 's'} for ${user.username}`
    },
    keep: ({ user: { userId, username }, codes }) => ({ userId, username, codes }),
    restore: async ({ codes, ...user }, { db }) => ({
      user: await new Users().require(user, db),
      codes,
    }),
    deliver: ({ codes }: { readonly codes: readonly string[] }) => ({ codes }),
  }),
  do: async ({ store, db, now, actor }, { user, codes }: BypassCodeOrder) => {
    const bypassCodes = new BypassCodes(store)
    const usable = await bypassCodes.countUsable(user.userId, now, db)
    const created = await bypassCodes.create(user.userId, { ...codes, createdBy: actor }, now, db)
    return {
      codes: created,
      replaced: codes.preserveExisting ? 0 : usable.bypass,
      recoveryCodes: usable.recovery,
    }
  },
  log: ({ user }, { codes, replaced, recoveryCodes }) => ({
    object: user.username,
    objectKind: 'user',
    objectId: user.userId,
    description: { count: codes.length, replaced, recovery_codes_kept: recoveryCodes },
  }),
})

/**
 * Deletes a user's bypass codes and recovery codes: after an incident, none of them may work.
 *
 * @returns How many usable codes of each kind were deleted.
 */
export const deleteBypassCodes = act({
  name: 'bypass_delete',
  permits: ['bypass_codes.edit'],
  do: async ({ store, db, now }, { user }: { readonly user: User }) => {
    const bypassCodes = new BypassCodes(store)
    const usable = await bypassCodes.countUsable(user.userId, now, db)
    await bypassCodes.removeOfUser(user.userId, db)
    return usable
  },
  log: ({ user }, { bypass, recovery }) => ({
    object: user.username,
    objectKind: 'user',
    objectId: user.userId,
    description: { bypass_codes: bypass, recovery_codes: recovery },
  }),
})

/** Deletes one code. @returns Whether there was such a code. */
export const deleteBypassCode = act({
  name: 'bypass_delete',
  permits: ['bypass_codes.edit'],
  do: ({ store, db }, { bypassCodeId }: BypassCodeOfUser) =>
    new BypassCodes(store).remove(bypassCodeId, db),
  log: ({ user, bypassCodeId }) => ({
    object: user.username,
    objectKind: 'user',
    objectId: user.userId,
    description: bypassCodeId,
  }),
})
