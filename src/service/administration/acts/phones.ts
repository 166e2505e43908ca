import { changedFields, removedFields } from '../../audit/changes.ts'
import { OathTokens } from '../../authenticators/oath/oath_tokens.ts'
import {
  type ListedPhone,
  type Phone,
  type PhoneFields,
  Phones,
} from '../../authenticators/phone/phones.ts'
import { PushDevices } from '../../authenticators/push/push_devices.ts'
import { SmsPasscodes } from '../../authenticators/sms/sms_passcodes.ts'
import { ActivationCodes } from '../../people/enrolment/activation_codes.ts'
import { DirectoryError, type User } from '../../people/user.ts'
import { Users, userGone } from '../../people/users.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { act } from '../act.ts'

interface PhoneEdit {
  readonly phone: ListedPhone
  readonly change: PhoneFields
}

interface PhoneMessage {
  readonly phone: ListedPhone
  readonly message: 'activation' | 'installation' | 'passcodes' | 'verification push'
}

interface PhoneOfUser {
  readonly phone: ListedPhone
  readonly user: User
}

export interface NewPhone {
  readonly number?: string
  readonly extension?: string
  readonly type?: string
  readonly name?: string
  readonly platform?: string
}

/** Adds a phone at the end of the user's list. @throws {DirectoryError} As `Phones.add`. */
export const addPhone = act({
  name: 'phone_create',
  permits: ['devices.edit'],
  do: async ({ db, now }, { user, phone }: { readonly user: User; readonly phone: NewPhone }) => {
    if (!(await new Users().hold(user.userId, db))) throw userGone(user.username)
    return await new Phones().add(user.userId, phone, now, db)
  },
  log: ({ user }, { phoneId, number, name, platform }) => ({
    object: user.username,
    objectKind: 'phone',
    objectId: phoneId,
    userId: user.userId,
    description: phoneId,
    changes: changedFields({}, { number, name, platform }),
  }),
})

/** Adds a phone that has no user yet. @throws {DirectoryError} As `Phones.addUnattached`. */
export const createPhone = act({
  name: 'phone_create',
  permits: ['devices.edit'],
  do: ({ db, now }, { phone }: { readonly phone: PhoneFields }) =>
    new Phones().addUnattached(phone, now, db),
  log: (_, phone) => ({
    ...describe(phone),
    description: phone.phoneId,
    changes: changedFields({}, loggedFields(phone)),
  }),
})

/** @throws {DirectoryError} As `Phones.update`; `DIRECTORY_NOT_FOUND` */
export const updatePhone = act({
  name: 'phone_update',
  permits: ['devices.edit'],
  do: async ({ db }, { phone, change }: PhoneEdit) => {
    if (!(await new Phones().update(phone.phoneId, change, db))) throw phoneGone(phone)
  },
  before: async ({ db }, { phone }: PhoneEdit) =>
    (await new Phones().listed(phone.phoneId, db)) ?? phone,
  log: ({ phone, change }, _, before) => ({
    ...describe(phone),
    description: { ...loggedFields(change) },
    changes: changedFields(before, loggedFields(change)),
  }),
})

/**
 * Attaches a phone without a user at the end of a user's list. A phone that the user has already stays
 * where it is.
 *
 * @throws {DirectoryError} `DIRECTORY_NAME_TAKEN` if another user has it, `DIRECTORY_NOT_FOUND`
 */
export const attachPhone = act({
  name: 'phone_attach',
  permits: ['devices.edit'],
  do: async ({ db }, { phone, user }: PhoneOfUser) => {
    const phones = new Phones()
    const { userId } = (await phones.hold(phone.phoneId, db)) ?? phoneMissing(phone)
    if (userId === user.userId) return false
    if (userId !== null) {
      throw new DirectoryError(
        'DIRECTORY_NAME_TAKEN',
        'the phone belongs to another user; detach it there first',
      )
    }
    await phones.attach(phone.phoneId, user.userId, db)
    return true
  },
  log: ({ phone, user }, attached) =>
    attached
      ? {
          ...describe(phone),
          userId: user.userId,
          description: { user: user.username },
          changes: changedFields({ user: null }, { user: user.username }),
        }
      : [],
})

/**
 * Takes a phone away from its user and keeps it without a user. Its app no longer works, since the
 * activation belongs to the user.
 *
 * @returns Whether the user had the phone.
 */
export const detachPhone = act({
  name: 'phone_detach',
  permits: ['devices.edit'],
  do: async ({ store, db }, { phone, user }: PhoneOfUser) => {
    const phones = new Phones()
    const before = await phones.hold(phone.phoneId, db)
    if (before?.userId !== user.userId) return false
    await endActivation(store, phone.phoneId, db)
    await phones.attach(phone.phoneId, null, db)
    return true
  },
  log: ({ phone, user }, detached) =>
    detached
      ? {
          ...describe(phone),
          userId: user.userId,
          description: { user: '' },
          changes: changedFields({ user: user.username }, { user: null }),
        }
      : [],
})

/** Records a message to a phone before it is sent: the sending is not part of a transaction. */
export const sendPhoneMessage = act({
  name: 'phone_message_send',
  permits: ['devices.edit'],
  do: async (_, _input: PhoneMessage) => undefined,
  log: ({ phone, message }) => ({ ...describe(phone), description: message }),
})

export const reorderPhones = act({
  name: 'phone_reorder',
  permits: ['devices.edit'],
  do: ({ db }, { user, phoneIds }: { readonly user: User; readonly phoneIds: readonly string[] }) =>
    new Phones().reorder(user.userId, phoneIds, db),
  before: async ({ db }, { user }) =>
    (await new Phones().ofUser(user.userId, db)).map(({ phoneId }) => phoneId),
  log: ({ user, phoneIds }, _, before) => ({
    object: user.username,
    objectKind: 'user',
    objectId: user.userId,
    description: phoneIds.join(' '),
    changes: changedFields({ phones: before }, { phones: phoneIds }),
  }),
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
    objectKind: 'phone',
    objectId: phone.phoneId,
    userId: phone.userId,
    description: { valid_secs: validSecs },
  }),
})

/** @returns Whether there was such a phone. */
export const deletePhone = act({
  name: 'phone_delete',
  permits: ['devices.edit'],
  do: ({ db }, { phoneId }: { readonly phoneId: string }) => new Phones().remove(phoneId, db),
  before: ({ db }, { phoneId }: { readonly phoneId: string }) => new Phones().byId(phoneId, db),
  log: ({ phoneId }, removed, phone) => ({
    object: phoneId,
    objectKind: 'phone',
    objectId: phoneId,
    userId: phone?.userId,
    description: removed ? '' : 'not found',
    changes: phone && removedFields({ number: phone.number, name: phone.name }),
  }),
})

/** Deletes all that lets a phone prove its user. */
async function endActivation(store: Store, phoneId: string, db: StoreDb): Promise<void> {
  await new PushDevices(store).remove(phoneId, db)
  await new OathTokens(store).removeOfPhone(phoneId, db)
  await new SmsPasscodes(store).removeOfPhone(phoneId, db)
  await new ActivationCodes(store).withdrawOfPhone(phoneId, db)
}

function describe({ phoneId, userId }: ListedPhone) {
  const owner = userId === null ? {} : { userId }
  return { object: phoneId, objectKind: 'phone', objectId: phoneId, ...owner } as const
}

function loggedFields({ number, extension, name, type, platform }: PhoneFields) {
  return { number, extension, name, type, platform }
}

function phoneGone({ phoneId }: ListedPhone): DirectoryError {
  return new DirectoryError('DIRECTORY_NOT_FOUND', `the phone ${phoneId} was deleted meanwhile`)
}

function phoneMissing(phone: ListedPhone): never {
  throw phoneGone(phone)
}
