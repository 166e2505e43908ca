import { type Phone, Phones } from '../../authenticators/phone/phones.ts'
import { ActivationCodes } from '../../people/enrolment/activation_codes.ts'
import type { User } from '../../people/user.ts'
import { act } from '../act.ts'

export interface NewPhone {
  readonly number?: string
  readonly name?: string
  readonly platform?: string
}

/** Adds a phone at the end of the user's list. @throws {DirectoryError} As `Phones.add`. */
export const addPhone = act({
  name: 'phone_create',
  permits: ['devices.edit'],
  do: ({ db, now }, { user, phone }: { readonly user: User; readonly phone: NewPhone }) =>
    new Phones().add(user.userId, phone, now, db),
  log: ({ user }, added) => ({ object: user.username, description: added.phoneId }),
})

export const reorderPhones = act({
  name: 'phone_reorder',
  permits: ['devices.edit'],
  do: ({ db }, { user, phoneIds }: { readonly user: User; readonly phoneIds: readonly string[] }) =>
    new Phones().reorder(user.userId, phoneIds, db),
  log: ({ user, phoneIds }) => ({ object: user.username, description: phoneIds.join(' ') }),
})

/**
 * Creates a link that connects the push app on a phone.
 *
 * @returns The code of the link, which can't be read again, and when it expires.
 */
export const activatePhone = act({
  name: 'phone_activation_create',
  permits: ['devices.edit'],
  do: async (
    { store, db, now },
    { phone, validSecs }: { readonly phone: Phone; readonly validSecs: number },
  ) => {
    const expires = now + validSecs * 1000
    const codes = new ActivationCodes(store)
    const code = await codes.create(phone.userId, phone.phoneId, expires, now, db)
    return { code, expires }
  },
  log: ({ phone, validSecs }) => ({
    object: phone.phoneId,
    description: { valid_secs: validSecs },
  }),
})

/** @returns Whether there was such a phone. */
export const deletePhone = act({
  name: 'phone_delete',
  permits: ['devices.edit'],
  do: ({ db }, { phoneId }: { readonly phoneId: string }) => new Phones().remove(phoneId, db),
  log: ({ phoneId }, removed) => ({ object: phoneId, description: removed ? '' : 'not found' }),
})
