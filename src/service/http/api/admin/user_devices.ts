import { z } from 'zod'
import { addMember, removeMember } from '../../../administration/acts/groups.ts'
import { attachPhone, detachPhone } from '../../../administration/acts/phones.ts'
import { assignToken } from '../../../administration/acts/tokens.ts'
import { HardwareTokens } from '../../../authenticators/hardware_tokens.ts'
import { WebauthnCredentials } from '../../../authenticators/passkey/webauthn_credentials.ts'
import { Phones } from '../../../authenticators/phone/phones.ts'
import { Groups } from '../../../people/groups.ts'
import type { Store } from '../../../store/store.ts'
import { done, type Endpoint, endpoint, list, nothing, type RequestedPage } from './endpoint.ts'
import { groupV2, toGroupV2 } from './groups.ts'
import { filled, invalid } from './parameters.ts'
import { type PhoneObjects, shortPhoneSchema } from './phone_object.ts'
import { about } from './refusal.ts'
import { shortTokenSchema, toShortToken } from './tokens.ts'
import { requireUser } from './users.ts'
import { shortCredentialSchema, toShortCredential } from './webauthn.ts'

const maxIdentifier = 64
const [reads, writes] = ['adminapi_read_resource', 'adminapi_write_resource'] as const

/** What belongs to a user: groups, phones, tokens and passkeys (duo.com/docs/adminapi, "Users"). */
export function userDeviceEndpoints(store: Store, objects: PhoneObjects): readonly Endpoint[] {
  const groups = new Groups()
  const phones = new Phones()
  const tokens = new HardwareTokens(store)
  const credentials = new WebauthnCredentials()

  return [
    list({
      method: 'GET',
      path: '/admin/v1/users/:user_id/groups',
      permission: reads,
      summary: 'Lists the groups of a user.',
      parameters: {},
      item: groupV2,
      answer: async ({ id, db }, page) => {
        const { userId } = await requireUser(id('user_id'), db)
        return paged((await groups.ofUser(userId, db)).map(toGroupV2), page)
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/:user_id/groups',
      permission: writes,
      summary: 'Adds a user to a group.',
      parameters: { group_id: filled(maxIdentifier) },
      response: nothing,
      answer: async ({ id, parameters: { group_id: groupId }, administration, db }) => {
        const user = await requireUser(id('user_id'), db)
        const group = await groups.byId(groupId, db)
        if (group === undefined) throw invalid('group_id', 'there is no such group')
        await administration.run(addMember, { group, user })
        return done
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/users/:user_id/groups/:group_id',
      permission: writes,
      summary: 'Removes a user from a group.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const user = await requireUser(id('user_id'), db)
        const group = await groups.byId(id('group_id'), db)
        if (group !== undefined) await administration.run(removeMember, { group, user })
        return done
      },
    }),
    list({
      method: 'GET',
      path: '/admin/v1/users/:user_id/phones',
      permission: reads,
      summary: 'Lists the phones of a user, in their order.',
      parameters: {},
      item: shortPhoneSchema,
      answer: async ({ id, db }, page) => {
        const { userId } = await requireUser(id('user_id'), db)
        return paged(await objects.describeShort(await phones.ofUser(userId, db), db), page)
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/:user_id/phones',
      permission: writes,
      summary: 'Attaches a phone to a user. A phone belongs to one user.',
      parameters: { phone_id: filled(maxIdentifier) },
      response: nothing,
      answer: async ({ id, parameters: { phone_id: phoneId }, administration, db }) => {
        const user = await requireUser(id('user_id'), db)
        const phone = await phones.listed(phoneId, db)
        if (phone === undefined) throw invalid('phone_id', 'there is no such phone')
        await about('phone_id', administration.run(attachPhone, { phone, user }))
        return done
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/users/:user_id/phones/:phone_id',
      permission: writes,
      summary: 'Detaches a phone from a user; its app stops working.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const user = await requireUser(id('user_id'), db)
        const phone = await phones.listed(id('phone_id'), db)
        if (phone !== undefined) await administration.run(detachPhone, { phone, user })
        return done
      },
    }),
    list({
      method: 'GET',
      path: '/admin/v1/users/:user_id/tokens',
      permission: reads,
      summary: 'Lists the hardware tokens of a user.',
      parameters: {},
      item: shortTokenSchema,
      answer: async ({ id, db }, page) => {
        const { userId } = await requireUser(id('user_id'), db)
        const own = (await tokens.ofUser(userId, db)).filter(({ phoneId }) => phoneId === null)
        return paged(own.map(toShortToken), page)
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/:user_id/tokens',
      permission: writes,
      summary: 'Assigns a hardware token to a user. A token belongs to one user.',
      parameters: { token_id: filled(maxIdentifier) },
      response: nothing,
      answer: async ({ id, parameters: { token_id: tokenId }, administration, db }) => {
        const user = await requireUser(id('user_id'), db)
        const found = (await tokens.named(tokenId, db)).find((token) => token.tokenId === tokenId)
        if (found === undefined || found.phoneId !== null) {
          throw invalid('token_id', 'there is no such token')
        }
        if (found.userId !== null && found.userId !== user.userId) {
          throw invalid('token_id', 'the token belongs to another user; unassign it there first')
        }
        await about('token_id', administration.run(assignToken, { tokenId, user }))
        return done
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/users/:user_id/tokens/:token_id',
      permission: writes,
      summary: 'Unassigns a hardware token from a user.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const { userId } = await requireUser(id('user_id'), db)
        const tokenId = id('token_id')
        const own = (await tokens.ofUser(userId, db)).some(
          (token) => token.tokenId === tokenId && token.phoneId === null,
        )
        if (own) await administration.run(assignToken, { tokenId, user: undefined })
        return done
      },
    }),
    list({
      method: 'GET',
      path: '/admin/v1/users/:user_id/webauthncredentials',
      permission: reads,
      summary: 'Lists the passkeys of a user.',
      parameters: {},
      item: shortCredentialSchema,
      answer: async ({ id, db }, page) => {
        const { userId } = await requireUser(id('user_id'), db)
        return paged((await credentials.ofUser(userId, db)).map(toShortCredential), page)
      },
    }),
    ...(['u2ftokens', 'desktoptokens', 'desktopauthenticators'] as const).map((kind) =>
      list({
        method: 'GET',
        path: `/admin/v1/users/:user_id/${kind}`,
        permission: reads,
        summary: 'Answers an empty list: devices of this kind do not exist here.',
        parameters: {},
        item: z.never(),
        answer: async ({ id, db }) => {
          await requireUser(id('user_id'), db)
          return { items: [], total: 0 }
        },
      }),
    ),
  ]
}

/** A page of a list that is complete in memory: what one user has. */
function paged<Item>(all: readonly Item[], { limit, offset }: RequestedPage) {
  return { items: all.slice(offset, offset + limit), total: all.length }
}
