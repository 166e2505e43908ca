import * as z from 'zod'
import { Secret } from '../../../../host/secret.ts'
import {
  assignToken,
  createToken,
  deleteToken,
  resyncToken,
} from '../../../administration/acts/tokens.ts'
import { remainingDevices } from '../../../administration/remaining_devices.ts'
import {
  type HardwareToken,
  HardwareTokens,
  toHardwareToken,
} from '../../../authenticators/hardware_tokens.ts'
import type { User } from '../../../people/user.ts'
import type { Users } from '../../../people/users.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import { type UserReference, userReferences } from './user_reference.ts'

const name = z.string().max(128)
const kinds = ['hotp-6', 'hotp-8', 'totp-6', 'totp-8'] as const
const added = z.object({
  serial: name,
  kind: z.enum(kinds),
  /** In base32. */
  secret: z.string().max(512),
  step_secs: z.number().int().min(10).max(300).optional(),
  counter: z.number().int().min(0).optional(),
  username: z.string().max(256).optional(),
})
const passcode = z.string().regex(/^\d{6,8}$/, 'a code has 6 to 8 digits')

/**
 * Adds the routes of hardware tokens. A token is `{ token_id, serial, kind, user: { user_id, username } |
 * null, phone_id, app_name, expires }`; `kind` is `hotp-6`, `hotp-8`, `totp-6`, `totp-8` or `yubikey`.
 * `phone_id` is set for the passcode generator of a phone, and `app_name` for an authenticator app that
 * its user added; neither can be assigned.
 *
 * - `GET tokens?q&unassigned&sort&after&limit` → `{ items, next }`, without the passcode generators of
 *   phones; `q` is the beginning of the serial
 * - `GET tokens/:id` → the token with `remaining: { phones, tokens, passkeys } | null`, what its user has
 *   besides
 * - `POST tokens` `{ serial, kind, secret, step_secs?, counter?, username? }` → the token
 * - `POST tokens/:id/assign` `{ username }`, `POST tokens/:id/unassign` → the token
 * - `POST tokens/:id/resync` `{ codes: [3 codes in a row] }`
 * - `DELETE tokens/:id`
 */
export function addTokenRoutes(routes: AdminRoutes, users: Users, store: Store): void {
  const { db } = store
  const tokens = new HardwareTokens(store)

  const find = async (id: string): Promise<HardwareToken> => {
    const [token] = (await tokens.named(id, db)).filter(({ tokenId }) => tokenId === id)
    if (token === undefined) throw new NotFound('this token does not exist any more')
    return token
  }
  const findAssignable = async (id: string): Promise<HardwareToken> => {
    const token = await find(id)
    if (token.phoneId === null && token.appName === null) return token
    throw new InvalidInput('token', 'The codes of an app belong to its user, and can’t be moved.')
  }
  const describeOne = async (token: HardwareToken) =>
    describe(token, (await userReferences([token.userId], users, db))(token.userId))
  const findUser = async (username: string): Promise<User> => {
    const user = await users.byName(username, db)
    if (user === undefined) {
      throw new InvalidInput('username', `There is no user “${username}”.`)
    }
    return user
  }

  routes.view({
    path: 'tokens',
    permit: 'users.view',
    query: listQuery.extend({
      unassigned: z.enum(['true', 'false']).optional(),
      sort: z.enum(['serial', '-serial']).optional(),
    }),
    answer: async ({ query: { q, unassigned, sort, after, limit } }) => {
      const { items, next } = await tokens.page(
        {
          after,
          limit,
          sort: { by: 'serial', descending: sort === '-serial' },
          ...(q === '' ? {} : { search: q }),
          standalone: true,
          unassigned: unassigned === 'true',
        },
        db,
      )
      const holders = items.map(({ userId }) => userId)
      const reference = await userReferences(holders, users, db)
      return { items: items.map((token) => describe(token, reference(token.userId))), next }
    },
  })

  routes.view({
    path: 'tokens/:id',
    permit: 'users.view',
    query: nothing,
    answer: async ({ id }) => {
      const token = await find(id)
      const { userId } = token
      const remaining =
        userId === null ? null : await remainingDevices(userId, token.tokenId, store, db)
      return { ...(await describeOne(token)), remaining }
    },
  })

  routes.act({
    method: 'POST',
    path: 'tokens',
    body: added,
    answer: async ({ body, administration }) => {
      const { serial, kind, secret, step_secs, counter, username = '' } = body
      const user = username === '' ? undefined : await findUser(username)
      const { token } = await administration.run(createToken, {
        user,
        token: {
          kind: kind.startsWith('totp') ? 'totp' : 'hotp',
          digits: kind.endsWith('8') ? 8 : 6,
          serial,
          secret: new Secret(secret),
          ...(step_secs === undefined ? {} : { stepSecs: step_secs }),
          ...(counter === undefined ? {} : { counter }),
        },
      })
      return await describeOne(toHardwareToken(token))
    },
  })

  routes.act({
    method: 'POST',
    path: 'tokens/:id/assign',
    body: z.object({ username: z.string().min(1).max(256) }),
    answer: async ({ id, body, administration }) => {
      const user = await findUser(body.username)
      const token = await findAssignable(id)
      if (token.userId !== null && token.userId !== user.userId) {
        throw new InvalidInput('username', 'Another user has this token. Unassign it first.')
      }
      await administration.run(assignToken, { tokenId: id, user })
      return await describeOne(await find(id))
    },
  })

  routes.act({
    method: 'POST',
    path: 'tokens/:id/unassign',
    body: nothing,
    answer: async ({ id, administration }) => {
      await findAssignable(id)
      await administration.run(assignToken, { tokenId: id, user: undefined })
      return await describeOne(await find(id))
    },
  })

  routes.act({
    method: 'POST',
    path: 'tokens/:id/resync',
    body: z.object({ codes: z.array(passcode).length(3) }),
    answer: async ({ id, body, administration }) => {
      await find(id)
      if (await administration.run(resyncToken, { tokenId: id, codes: body.codes })) return {}
      throw new InvalidInput(
        'codes',
        'These are not three codes of this token in a row. Press the button three times, and type the codes in that order.',
      )
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'tokens/:id',
    body: nothing,
    answer: async ({ id, administration }) => {
      await find(id)
      await administration.run(deleteToken, { tokenId: id })
      return {}
    },
  })
}

function describe(token: HardwareToken, user: UserReference | null) {
  const { tokenId, serial, kind, phoneId, appName, expires } = token
  return { token_id: tokenId, serial, kind, user, phone_id: phoneId, app_name: appName, expires }
}
