import { z } from 'zod'
import { createGroup, deleteGroup, updateGroup } from '../../../administration/acts/groups.ts'
import { type Group, Groups, groupStatuses } from '../../../people/groups.ts'
import type { StoreDb } from '../../../store/store.ts'
import { done, type Endpoint, endpoint, list, nothing } from './endpoint.ts'
import { choice, filled, flag, text, texts } from './parameters.ts'
import { unknown } from './refusal.ts'

const maxNameLength = 255
const maxDescriptionLength = 1024
const maxLookups = 100

/** Since policies decide the methods, the vendor's API reads these as false and ignores them. */
const legacyMethods = {
  mobile_otp_enabled: z.literal(false),
  push_enabled: z.literal(false),
  sms_enabled: z.literal(false),
  voice_enabled: z.literal(false),
}
const noMethods = {
  mobile_otp_enabled: false,
  push_enabled: false,
  sms_enabled: false,
  voice_enabled: false,
} as const

const groupShape = { desc: z.string(), group_id: z.string(), name: z.string(), ...legacyMethods }
const groupV1 = z.strictObject({ ...groupShape, status: z.enum(groupStatuses) })
/** As version 2 and users contain it. */
export const groupV2 = z.strictObject({
  ...groupShape,
  status: z.enum(['Active', 'Bypass', 'Disabled']),
})

function toGroupV1({ groupId, name, description, status }: Group): z.infer<typeof groupV1> {
  return { desc: description, group_id: groupId, name, status, ...noMethods }
}

const titles = { active: 'Active', bypass: 'Bypass', disabled: 'Disabled' } as const

export function toGroupV2(group: Group): z.infer<typeof groupV2> {
  return { ...toGroupV1(group), status: titles[group.status] }
}

const ignored = flag().optional().describe('Ignored: policies decide the methods.')
const changes = {
  desc: text(maxDescriptionLength).optional(),
  status: choice(groupStatuses).optional(),
  push_enabled: ignored,
  sms_enabled: ignored,
  voice_enabled: ignored,
  mobile_otp_enabled: ignored,
  u2f_enabled: ignored,
}

const groups = new Groups()

/** Groups (duo.com/docs/adminapi, "Groups"). */
export const groupEndpoints: readonly Endpoint[] = [
  list({
    method: 'GET',
    path: '/admin/v1/groups',
    permission: 'adminapi_read_resource',
    summary: 'Lists groups.',
    parameters: { group_id_list: texts(maxLookups).optional() },
    item: groupV1,
    answer: async ({ parameters: { group_id_list: ids }, db }, page) => {
      if (ids !== undefined) {
        return { items: (await groups.byIds(ids, db)).map(toGroupV1), total: 'all' }
      }
      const { items } = await groups.page(page, db)
      return { items: items.map(toGroupV1), total: await groups.total({}, db) }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/admin/v1/groups',
    permission: 'adminapi_write_resource',
    summary: 'Creates a group.',
    parameters: { name: filled(maxNameLength), ...changes },
    response: groupV1,
    answer: async ({ parameters: { name, desc = '', status = 'active' }, administration }) =>
      toGroupV1(await administration.run(createGroup, { name, description: desc, status })),
  }),
  endpoint({
    method: 'GET',
    path: '/admin/v1/groups/:group_id',
    permission: 'adminapi_read_resource',
    summary: 'Shows a group.',
    parameters: {},
    response: groupV1,
    answer: async ({ id, db }) => toGroupV1(await requireGroup(id('group_id'), db)),
  }),
  endpoint({
    method: 'GET',
    path: '/admin/v2/groups/:group_id',
    permission: 'adminapi_read_resource',
    summary: 'Shows a group.',
    parameters: {},
    response: groupV2,
    answer: async ({ id, db }) => toGroupV2(await requireGroup(id('group_id'), db)),
  }),
  list({
    method: 'GET',
    path: '/admin/v2/groups/:group_id/users',
    permission: 'adminapi_read_resource',
    summary: 'Lists the members of a group.',
    parameters: {},
    item: z.strictObject({ user_id: z.string(), username: z.string() }),
    answer: async ({ id, db }, page) => {
      const { groupId } = await requireGroup(id('group_id'), db)
      const members = await groups.members(groupId, page, db)
      return {
        items: members.map(({ userId, username }) => ({ user_id: userId, username })),
        total: await groups.memberCount(groupId, db),
      }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/admin/v1/groups/:group_id',
    permission: 'adminapi_write_resource',
    summary: 'Changes a group.',
    parameters: { name: filled(maxNameLength).optional(), ...changes },
    response: groupV1,
    answer: async ({ id, parameters: { name, desc, status }, administration, db }) => {
      const group = await requireGroup(id('group_id'), db)
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(desc === undefined ? {} : { description: desc }),
        ...(status === undefined ? {} : { status }),
      }
      await administration.run(updateGroup, { group, change })
      return toGroupV1(await requireGroup(group.groupId, db))
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/admin/v1/groups/:group_id',
    permission: 'adminapi_write_resource',
    summary: 'Deletes a group; its members stay. An unknown group is no error.',
    parameters: {},
    response: nothing,
    answer: async ({ id, administration, db }) => {
      const group = await groups.byId(id('group_id'), db)
      if (group !== undefined) await administration.run(deleteGroup, { group })
      return done
    },
  }),
]

/** @throws {AuthApiFailure} 40401 */
async function requireGroup(groupId: string, db: StoreDb): Promise<Group> {
  const group = await groups.byId(groupId, db)
  if (group === undefined) throw unknown('group_id')
  return group
}
