import { z } from 'zod'
import { OathTokens } from '../../../authenticators/oath/oath_tokens.ts'
import { capablePhones } from '../../../authenticators/phone/capable_phone.ts'
import type { ListedPhone } from '../../../authenticators/phone/phones.ts'
import { PushDevices } from '../../../authenticators/push/push_devices.ts'
import { SmsPasscodes } from '../../../authenticators/sms/sms_passcodes.ts'
import type { Delivery } from '../../../messaging/messaging.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { shortUserSchema } from './short_user.ts'
import { readShortUsers } from './short_users.ts'

export const phoneTypes = ['unknown', 'mobile', 'landline'] as const
const typeTitles = { unknown: 'Unknown', mobile: 'Mobile', landline: 'Landline' } as const

/** The vendor's names of platforms, in requests and in answers. */
const platformTitles = {
  unknown: 'Unknown',
  'google android': 'Google Android',
  'apple ios': 'Apple iOS',
  'windows phone 7': 'Windows Phone 7',
  'windows phone': 'Windows Phone',
  'rim blackberry': 'RIM Blackberry',
  'java j2me': 'Java J2ME',
  'palm webos': 'Palm webOS',
  'symbian os': 'Symbian OS',
  'windows mobile': 'Windows Mobile',
  'generic smartphone': 'Generic Smartphone',
} as const
export const platforms = [
  'unknown',
  'google android',
  'apple ios',
  'windows phone 7',
  'windows phone',
  'rim blackberry',
  'java j2me',
  'palm webos',
  'symbian os',
  'windows mobile',
  'generic smartphone',
] as const

const unknownState = z.literal('Unknown').describe('The app does not report it.')

/** A phone as its user contains it. */
export const shortPhoneSchema = z.strictObject({
  activated: z.boolean(),
  capabilities: z.array(z.enum(['auto', 'push', 'sms', 'phone', 'mobile_otp'])),
  encrypted: unknownState,
  extension: z.string(),
  fingerprint: unknownState,
  last_seen: z
    .string()
    .nullable()
    .describe('When the app last called, such as 2026-03-04T15:04:04.'),
  model: z.string(),
  name: z.string(),
  number: z.string(),
  phone_id: z.string(),
  platform: z.string(),
  postdelay: z.null(),
  predelay: z.null(),
  screenlock: unknownState,
  sms_passcodes_sent: z.boolean(),
  tampered: unknownState,
  type: z.enum(['Unknown', 'Mobile', 'Landline']),
})
export const phoneSchema = z.strictObject({
  ...shortPhoneSchema.shape,
  users: z.array(shortUserSchema),
})

/** Describes phones, with what each can do in this configuration. */
export class PhoneObjects {
  readonly #tokens: OathTokens
  readonly #devices: PushDevices
  readonly #passcodes: SmsPasscodes
  readonly #delivery: Delivery

  constructor(store: Store, delivery: Delivery) {
    this.#tokens = new OathTokens(store)
    this.#devices = new PushDevices(store)
    this.#passcodes = new SmsPasscodes(store)
    this.#delivery = delivery
  }

  /** In the order of the phones. */
  async describeShort(
    phones: readonly ListedPhone[],
    db: StoreDb,
  ): Promise<z.infer<typeof shortPhoneSchema>[]> {
    const phoneIds = phones.map(({ phoneId }) => phoneId)
    const userIds = phones.flatMap(({ userId }) => (userId === null ? [] : [userId]))
    const tokens = await this.#tokens.ofUsers([...new Set(userIds)], db)
    const seen = await this.#devices.lastSeen(phoneIds, db)
    const sent = await this.#passcodes.phonesWithUnused(phoneIds, db)
    return capablePhones(phones, tokens, this.#delivery).map((phone) => {
      const lastSeen = seen.get(phone.phoneId)
      return {
        activated: phone.pushActivated,
        capabilities: [...phone.capabilities],
        encrypted: 'Unknown',
        extension: phone.extension,
        fingerprint: 'Unknown',
        last_seen: lastSeen === undefined ? null : new Date(lastSeen).toISOString().slice(0, 19),
        model: '',
        name: phone.name,
        number: phone.number,
        phone_id: phone.phoneId,
        platform: platformTitle(phone.platform),
        postdelay: null,
        predelay: null,
        screenlock: 'Unknown',
        sms_passcodes_sent: sent.has(phone.phoneId),
        tampered: 'Unknown',
        type: typeTitle(phone),
      }
    })
  }

  async describe(
    phones: readonly ListedPhone[],
    now: number,
    db: StoreDb,
  ): Promise<z.infer<typeof phoneSchema>[]> {
    const userIds = phones.flatMap(({ userId }) => (userId === null ? [] : [userId]))
    const users = await readShortUsers(userIds, now, db)
    const described = await this.describeShort(phones, db)
    return described.map((phone, index) => {
      const user = users.get(phones[index]?.userId ?? '')
      return { ...phone, users: user === undefined ? [] : [user] }
    })
  }
}

/** An app writes the platform in its own words. */
function platformTitle(platform: string): string {
  const lower = platform.toLowerCase()
  const known = platforms.find((name) => name === lower)
  if (known !== undefined) return platformTitles[known]
  if (/ios|iphone|ipad/.test(lower)) return 'Apple iOS'
  if (lower.includes('android')) return 'Google Android'
  return platform === '' ? 'Unknown' : 'Generic Smartphone'
}

/** A phone with an app is a mobile one, even if that was not entered. */
function typeTitle({ type, platform, pushActivated }: ListedPhone) {
  const known = phoneTypes.find((name) => name === type)
  if (known !== undefined && known !== 'unknown') return typeTitles[known]
  return pushActivated || platform !== '' ? 'Mobile' : 'Unknown'
}
