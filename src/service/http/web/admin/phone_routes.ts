import { renderSVG } from 'uqr'
import * as z from 'zod'
import {
  activatePhone,
  addPhone,
  attachPhone,
  deletePhone,
  detachPhone,
  reorderPhones,
  updatePhone,
} from '../../../administration/acts/phones.ts'
import { remainingDevices } from '../../../administration/remaining_devices.ts'
import { HardwareTokens } from '../../../authenticators/hardware_tokens.ts'
import { capablePhones } from '../../../authenticators/phone/capable_phone.ts'
import {
  type ListedPhone,
  type Phone,
  type Phones,
  phonePlatforms,
} from '../../../authenticators/phone/phones.ts'
import { PushDevices } from '../../../authenticators/push/push_devices.ts'
import type { Delivery } from '../../../messaging/messaging.ts'
import type { User } from '../../../people/user.ts'
import type { Users } from '../../../people/users.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import { present } from './people_routes.ts'
import { type UserReference, userReferences } from './user_reference.ts'

const text = z
  .string()
  .max(64)
  .regex(/^\P{C}*$/u, 'remove the control characters')
const newPhone = z.object({
  number: z.string().max(32).optional(),
  name: text.optional(),
  platform: text.optional(),
})
const phoneChange = newPhone.extend({
  extension: text.optional(),
  type: z.enum(['mobile', 'landline', '']).optional(),
})
const flag = z.enum(['true', 'false']).optional()
const daySecs = 86_400
const maxValidSecs = 30 * daySecs

/**
 * Adds the routes of phones. A phone is `{ phone_id, number, extension, name, type, platform, activated,
 * seen | null, user: { user_id, username } | null, created }`; `seen` is when its app last called.
 *
 * - `GET phones?q&activated&platform&unassigned&sort&after&limit` → `{ items, next }`; `q` is the
 *   beginning of the number or of the user's names, `platform` is `ios`, `android` or `other`
 * - `GET phones/:id` → the phone with `{ position | null, capabilities, app | null, remaining | null }`:
 *   its place in the user's list, from 1; what it can be used for (`push`, `phone`, `sms`, `mobile_otp`);
 *   `app: { activated, wakes }`, where `wakes` tells whether a push wakes it; and
 *   `remaining: { phones, tokens, passkeys }`, what the user has besides
 * - `PATCH phones/:id` `{ number?, extension?, name?, platform?, type? }`, `DELETE phones/:id`
 * - `POST phones/:id/attach` `{ username }`, `POST phones/:id/detach`, which ends its app → the phone
 * - `POST users/:id/phones` `{ number?, name?, platform? }` → the phone, at the end of the user's list
 * - `PUT users/:id/phone_order` `{ phone_ids }`: all phones of the user; the second is `phone2`
 * - `POST phones/:id/activation` `{ valid_secs? }` → `{ url, qr_svg, expires }`, shown once
 */
export function addPhoneRoutes(
  routes: AdminRoutes,
  phones: Phones,
  users: Users,
  delivery: Delivery,
  address: () => string,
  store: Store,
): void {
  const { db } = store
  const devices = new PushDevices(store)
  const find = async (id: string): Promise<ListedPhone> => {
    const phone = await phones.listed(id, db)
    if (phone === undefined) throw new NotFound('this phone does not exist any more')
    return phone
  }
  const findUser = async (id: string): Promise<User> => {
    const user = await users.byId(id, db)
    if (user === undefined) throw new NotFound('this user does not exist any more')
    return user
  }
  const describeAll = async (listed: readonly ListedPhone[]) => {
    const reference = await userReferences(
      listed.map(({ userId }) => userId),
      users,
      db,
    )
    const seen = await devices.lastSeen(
      listed.map(({ phoneId }) => phoneId),
      db,
    )
    return listed.map((phone) =>
      describe(phone, reference(phone.userId), seen.get(phone.phoneId) ?? null),
    )
  }
  const describeOne = async (phone: ListedPhone) => (await describeAll([phone]))[0] ?? {}
  /** What is known of the phone of a user. */
  const describeUse = async ({ userId, phoneId }: Phone) => {
    const own = await phones.ofUser(userId, db)
    const tokens = await new HardwareTokens(store).ofUser(userId, db)
    const capable = capablePhones(own, tokens, delivery)
    const index = own.findIndex((phone) => phone.phoneId === phoneId)
    const app = await devices.byPhone(phoneId, db)
    return {
      position: index + 1,
      capabilities: capable[index]?.capabilities.filter((each) => each !== 'auto') ?? [],
      app:
        app === undefined
          ? null
          : {
              activated: app.activated,
              wakes: app.subscription !== null,
            },
      remaining: await remainingDevices(userId, phoneId, store, db),
    }
  }

  routes.view({
    path: 'phones',
    permit: 'users.view',
    query: listQuery.extend({
      activated: flag,
      unassigned: flag,
      platform: z.enum(phonePlatforms).optional(),
      sort: z.enum(['number', '-number', 'created', '-created']).optional(),
    }),
    answer: async ({ query }) => {
      const { q, activated, platform, unassigned, sort = 'number', after, limit } = query
      const { items, next } = await phones.page(
        {
          after,
          limit,
          sort: {
            by: sort.endsWith('created') ? 'created' : 'number',
            descending: sort.startsWith('-'),
          },
          search: q === '' ? undefined : q,
          activated: activated === undefined ? undefined : activated === 'true',
          platform,
          unassigned: unassigned === 'true',
        },
        db,
      )
      return { items: await describeAll(items), next }
    },
  })

  routes.view({
    path: 'phones/:id',
    permit: 'users.view',
    query: nothing,
    answer: async ({ id }) => {
      const phone = await find(id)
      const { userId } = phone
      const unused = { position: null, capabilities: [], app: null, remaining: null }
      const use = userId === null ? unused : await describeUse({ ...phone, userId })
      return { ...(await describeOne(phone)), ...use }
    },
  })

  routes.act({
    method: 'PATCH',
    path: 'phones/:id',
    body: phoneChange,
    answer: async ({ id, body, administration }) => {
      await administration.run(updatePhone, { phone: await find(id), change: body })
      return await describeOne(await find(id))
    },
  })

  routes.act({
    method: 'POST',
    path: 'phones/:id/attach',
    body: z.object({ username: z.string().min(1).max(256) }),
    answer: async ({ id, body: { username }, administration }) => {
      const user = await users.byName(username, db)
      if (user === undefined) {
        throw new InvalidInput('username', `There is no user “${username}”.`)
      }
      await administration.run(attachPhone, { phone: await find(id), user })
      return await describeOne(await find(id))
    },
  })

  routes.act({
    method: 'POST',
    path: 'phones/:id/detach',
    body: nothing,
    answer: async ({ id, administration }) => {
      const phone = await find(id)
      if (phone.userId !== null) {
        const user = await findUser(phone.userId)
        await administration.run(detachPhone, { phone, user })
      }
      return await describeOne(await find(id))
    },
  })

  routes.act({
    method: 'POST',
    path: 'users/:id/phones',
    body: newPhone,
    answer: async ({ id, body, administration }) => {
      const user = await findUser(id)
      return await describeOne(await administration.run(addPhone, { user, phone: present(body) }))
    },
  })

  routes.act({
    method: 'PUT',
    path: 'users/:id/phone_order',
    body: z.object({ phone_ids: z.array(z.string().max(32)).max(100) }),
    answer: async ({ id, body: { phone_ids: phoneIds }, administration }) => {
      const user = await findUser(id)
      const own = (await phones.ofUser(id, db)).map(({ phoneId }) => phoneId)
      if (own.length !== phoneIds.length || own.some((phoneId) => !phoneIds.includes(phoneId))) {
        throw new InvalidInput(
          'phone_ids',
          'The user’s phones have changed meanwhile. Reload the page, and order them again.',
        )
      }
      await administration.run(reorderPhones, { user, phoneIds })
      return {}
    },
  })

  routes.act({
    method: 'POST',
    path: 'phones/:id/activation',
    body: z.object({ valid_secs: z.number().int().min(60).max(maxValidSecs).default(daySecs) }),
    answer: async ({ id, body, administration }) => {
      const phone = await phones.byId(id, db)
      if (phone === undefined) {
        await find(id)
        throw new InvalidInput('user', 'This phone has no user. Attach it to one first.')
      }
      const input = { phone, validSecs: body.valid_secs }
      const { code, expires } = await administration.run(activatePhone, input)
      const url = `${address()}/activate/${code}`
      return { url, qr_svg: renderSVG(url), expires }
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'phones/:id',
    body: nothing,
    answer: async ({ id, administration }) => {
      await find(id)
      await administration.run(deletePhone, { phoneId: id })
      return {}
    },
  })
}

function describe(phone: ListedPhone, user: UserReference | null, seen: number | null) {
  const { phoneId, number, extension, name, type, platform, pushActivated, created } = phone
  return {
    phone_id: phoneId,
    number,
    extension,
    name,
    type,
    platform,
    activated: pushActivated,
    seen,
    user,
    created,
  }
}
