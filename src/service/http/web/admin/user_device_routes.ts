import * as z from 'zod'
import { addMember, removeMember } from '../../../administration/acts/groups.ts'
import { BypassCodes } from '../../../authenticators/bypass/bypass_codes.ts'
import { HardwareTokens } from '../../../authenticators/hardware_tokens.ts'
import { WebauthnCredentials } from '../../../authenticators/passkey/webauthn_credentials.ts'
import { Phones } from '../../../authenticators/phone/phones.ts'
import { Groups } from '../../../people/groups.ts'
import { Users } from '../../../people/users.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { type PeopleRoutes, requireUser } from './people_routes.ts'

const id = z.string().max(40)

/**
 * Adds the devices and groups of a user.
 *
 * - `GET users/:id/devices` → `{ phones, tokens, passkeys, bypass_codes, groups }`
 *   - `phones`: `[{ phone_id, number, extension, name, type, platform, push, created }]` in the order of
 *     `push`, `push2`, …
 *   - `tokens`: `[{ token_id, serial, kind, phone_id | null, app_name | null, expires | null }]`; one with
 *     a `phone_id` is the passcode generator of that phone's app
 *   - `passkeys`: `[{ credential_id, name, created, used | null }]`
 *   - `bypass_codes`: `[{ bypass_code_id, kind, created, created_by, uses_left | null, expires | null }]`
 *   - `groups`: `[{ group_id, name, status }]`
 * - `POST users/:id/groups` `{ group_id }` and `DELETE users/:id/groups/:group_id` → as `GET`
 */
export function addUserDeviceRoutes(routes: AdminRoutes, { store }: PeopleRoutes): void {
  const { db } = store
  const users = new Users()
  const describe = async (userId: string) => {
    const [phones, tokens, passkeys, codes, groups] = await Promise.all([
      new Phones().ofUser(userId, db),
      new HardwareTokens(store).ofUser(userId, db),
      new WebauthnCredentials().ofUser(userId, db),
      new BypassCodes(store).ofUser(userId, db),
      new Groups().ofUser(userId, db),
    ])
    return {
      phones: phones.map(({ phoneId, pushActivated, userId: _, ...phone }) => ({
        phone_id: phoneId,
        push: pushActivated,
        ...phone,
      })),
      tokens: tokens.map(({ tokenId, serial, kind, phoneId, appName, expires }) => ({
        token_id: tokenId,
        serial,
        kind,
        phone_id: phoneId,
        app_name: appName,
        expires,
      })),
      passkeys: passkeys.map(({ credentialId, name, created, used }) => ({
        credential_id: credentialId,
        name,
        created,
        used,
      })),
      bypass_codes: codes.map(
        ({ bypassCodeId, kind, created, createdBy, reuseCount, expires }) => ({
          bypass_code_id: bypassCodeId,
          kind,
          created,
          created_by: createdBy,
          uses_left: reuseCount,
          expires,
        }),
      ),
      groups: groups.map(({ groupId, name, status }) => ({ group_id: groupId, name, status })),
    }
  }
  const requireGroup = async (groupId: string) => {
    const group = await new Groups().byId(groupId, db)
    if (group === undefined) throw new NotFound('there is no such group; reload the page')
    return group
  }

  routes.view({
    path: 'users/:id/devices',
    permit: 'users.view',
    query: nothing,
    answer: async (context) => {
      const { userId } = await requireUser(users, context.id, db)
      return await describe(userId)
    },
  })

  routes.act({
    method: 'POST',
    path: 'users/:id/groups',
    body: z.object({ group_id: id }),
    answer: async ({ id: userId, body, administration }) => {
      const user = await requireUser(users, userId, db)
      const group = await requireGroup(body.group_id)
      await administration.run(addMember, { group, user })
      return await describe(userId)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'users/:id/groups/:group_id',
    body: nothing,
    answer: async ({ id: userId, params, administration }) => {
      const user = await requireUser(users, userId, db)
      const group = await requireGroup(params.group_id ?? '')
      await administration.run(removeMember, { group, user })
      return await describe(userId)
    },
  })
}
