import { z } from 'zod'
import { HardwareTokens } from '../../../authenticators/hardware_tokens.ts'
import { WebauthnCredentials } from '../../../authenticators/passkey/webauthn_credentials.ts'
import { Phones } from '../../../authenticators/phone/phones.ts'
import { Groups } from '../../../people/groups.ts'
import type { User } from '../../../people/user.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { groupV2, toGroupV2 } from './groups.ts'
import { type PhoneObjects, shortPhoneSchema } from './phone_object.ts'
import { shortUserSchema } from './short_user.ts'
import { toShortUsers } from './short_users.ts'
import { shortTokenSchema, toShortToken } from './tokens.ts'
import { shortCredentialSchema, toShortCredential } from './webauthn.ts'

export const userSchema = z.strictObject({
  ...shortUserSchema.shape,
  custom_attributes: z.strictObject({}),
  desktop_authenticators: z.array(z.never()),
  enable_auto_prompt: z.literal(true),
  external_id: z.string().nullable(),
  groups: z.array(groupV2),
  is_enrolled: z.boolean(),
  lockout_reason: z.enum(['Failed Attempts', 'Admin disabled']).nullable(),
  phones: z.array(shortPhoneSchema),
  tokens: z.array(shortTokenSchema),
  u2ftokens: z.array(z.never()),
  webauthncredentials: z.array(shortCredentialSchema),
})
export type UserObject = z.infer<typeof userSchema>

/** Describes users with all that belongs to them, by one query per table. */
export class UserObjects {
  readonly #groups = new Groups()
  readonly #phones = new Phones()
  readonly #tokens: HardwareTokens
  readonly #credentials = new WebauthnCredentials()
  readonly #phoneObjects: PhoneObjects

  constructor(store: Store, phoneObjects: PhoneObjects) {
    this.#tokens = new HardwareTokens(store)
    this.#phoneObjects = phoneObjects
  }

  /** In the order of the users. */
  async describe(users: readonly User[], now: number, db: StoreDb): Promise<UserObject[]> {
    const userIds = users.map(({ userId }) => userId)
    const short = await toShortUsers(users, now, db)
    const groups = await this.#groups.ofUsers(userIds, db)
    const phones = await this.#phones.ofUsers(userIds, db)
    const phonesByUser = Map.groupBy(
      await this.#phoneObjects.describeShort(phones, db),
      (_, index) => phones[index]?.userId,
    )
    const standalone = (await this.#tokens.ofUsers(userIds, db)).filter(
      ({ phoneId }) => phoneId === null,
    )
    const tokens = Map.groupBy(standalone, ({ userId }) => userId)
    const credentials = Map.groupBy(
      await this.#credentials.ofUsers(userIds, db),
      ({ userId }) => userId,
    )
    return users.flatMap((user, index) => {
      const object = short[index]
      if (object === undefined) return []
      const { userId } = user
      const passkeys = credentials.get(userId) ?? []
      const isLocked = object.status === 'locked out'
      return [
        {
          ...object,
          custom_attributes: {},
          desktop_authenticators: [],
          enable_auto_prompt: true as const,
          external_id: user.externalId,
          groups: (groups.get(userId) ?? []).map(toGroupV2),
          is_enrolled: user.enrolled || passkeys.length > 0,
          lockout_reason: !isLocked
            ? null
            : user.status === 'locked out'
              ? ('Admin disabled' as const)
              : ('Failed Attempts' as const),
          phones: phonesByUser.get(userId) ?? [],
          tokens: (tokens.get(userId) ?? []).map(toShortToken),
          u2ftokens: [],
          webauthncredentials: passkeys.map(toShortCredential),
        },
      ]
    })
  }
}
