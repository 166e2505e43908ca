import { z } from 'zod'
import { setAliases } from '../../../administration/acts/aliases.ts'
import { detachPhone } from '../../../administration/acts/phones.ts'
import { restoreUser, trashUser } from '../../../administration/acts/trash.ts'
import {
  createUser,
  deleteUser,
  unlockUser,
  updateUser,
} from '../../../administration/acts/users.ts'
import type { RunAct } from '../../../administration/administration.ts'
import { Phones } from '../../../authenticators/phone/phones.ts'
import type { User } from '../../../people/user.ts'
import { Users } from '../../../people/users.ts'
import type { StoreDb } from '../../../store/store.ts'
import { done, type Endpoint, endpoint, list, nothing, oldestFirst } from './endpoint.ts'
import { invalid, json, SentValues, text, texts } from './parameters.ts'
import { about, unknown, within } from './refusal.ts'
import {
  changedAliases,
  type GivenUserFields,
  newUserFields,
  toUserChange,
  userChangeFields,
} from './user_fields.ts'
import { type UserObjects, userSchema } from './user_object.ts'

const maxText = 255
/** Users have many parts, so that their pages are smaller than others. */
const maxLimit = 300
const maxAtOnce = 100

const newUser = z.object(newUserFields)
const users = new Users()

/** Users (duo.com/docs/adminapi, "Users"). */
export function userEndpoints(objects: UserObjects): readonly Endpoint[] {
  const describe = async (userId: string, now: number, db: StoreDb) => {
    const [described] = await objects.describe([await requireUser(userId, db)], now, db)
    if (described === undefined) throw unknown('user_id')
    return described
  }
  const describeAll = async (userIds: readonly string[], now: number, db: StoreDb) => {
    const found = await users.byIds(userIds, db)
    const inOrder = userIds.flatMap((userId) => found.get(userId) ?? [])
    return await objects.describe(inOrder, now, db)
  }

  return [
    list({
      method: 'GET',
      path: '/admin/v1/users',
      permission: 'adminapi_read_resource',
      summary: 'Lists users, or finds them by name, alias, mail address or identifier.',
      parameters: {
        username: text(maxText).optional().describe('A username or an alias.'),
        email: text(maxText).optional(),
        user_id_list: texts(maxAtOnce).optional(),
        username_list: texts(maxAtOnce).optional(),
      },
      item: userSchema,
      maxLimit,
      answer: async ({ parameters, now, db }, page) => {
        const named = await findNamed(parameters, db)
        if (named !== undefined) {
          return { items: await objects.describe(named, now, db), total: 'all' }
        }
        const { items } = await users.page({ ...page, trash: 'any', sort: oldestFirst }, db)
        return {
          items: await objects.describe(items, now, db),
          total: await users.total({ trash: 'any' }, db),
        }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/users',
      permission: 'adminapi_write_resource',
      summary: 'Creates a user.',
      parameters: newUserFields,
      response: userSchema,
      answer: async ({ parameters, administration, now, db }) => {
        const { userId } = await administration.together((run) => create(parameters, run))
        return await describe(userId, now, db)
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/bulk_create',
      permission: 'adminapi_write_resource',
      summary: 'Creates users, all or none.',
      parameters: {
        users: json(
          z
            .array(z.record(z.string(), z.unknown()), 'expected a list of users')
            .max(maxAtOnce, `expected ${maxAtOnce} users at most`),
        ),
      },
      response: z.array(userSchema),
      answer: async ({ parameters: { users: given }, administration, now, db }) => {
        const userIds = await administration.together(async (run) => {
          const created: string[] = []
          for (const [index, fields] of given.entries()) {
            const { userId } = await within(`users.${index}`, async () =>
              create(SentValues.fromJson(fields).read(newUser), run),
            )
            created.push(userId)
          }
          return created
        })
        return await describeAll(userIds, now, db)
      },
    }),
    ...(['bulk_send_to_trash', 'bulk_restore'] as const).map((name) =>
      endpoint({
        method: 'POST',
        path: `/admin/v1/users/${name}`,
        permission: 'adminapi_write_resource',
        summary:
          name === 'bulk_restore'
            ? 'Takes users out of the trash, all or none.'
            : 'Moves users to the trash, from which they can be restored for some days; all or none.',
        parameters: { user_id_list: texts(maxAtOnce) },
        response: z.array(userSchema),
        answer: async ({ parameters: { user_id_list: userIds }, administration, now, db }) => {
          const found = await users.byIds(userIds, db)
          const chosen = userIds.map((userId) => {
            const user = found.get(userId)
            if (user === undefined) throw invalid('user_id_list', `there is no user ${userId}`)
            return user
          })
          await administration.together(async (run) => {
            for (const user of chosen) {
              if (name === 'bulk_send_to_trash') await run(trashUser, { user })
              else await about('user_id_list', run(restoreUser, { user }))
            }
          })
          return await describeAll(userIds, now, db)
        },
      }),
    ),
    endpoint({
      method: 'GET',
      path: '/admin/v1/users/:user_id',
      permission: 'adminapi_read_resource',
      summary: 'Shows a user.',
      parameters: {},
      response: userSchema,
      answer: ({ id, now, db }) => describe(id('user_id'), now, db),
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/:user_id',
      permission: 'adminapi_write_resource',
      summary: 'Changes a user. The status active also ends a lockout.',
      parameters: userChangeFields,
      response: userSchema,
      answer: async ({ id, parameters, administration, now, db }) => {
        const user = await requireUser(id('user_id'), db)
        await administration.together((run) => change(user, parameters, run))
        return await describe(user.userId, now, db)
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/users/:user_id',
      permission: 'adminapi_write_resource',
      summary:
        'Deletes a user at once and for good; phones and tokens stay without a user. An unknown user is no error.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const user = await users.byId(id('user_id'), db)
        if (user === undefined) return done
        const phones = await new Phones().ofUser(user.userId, db)
        await administration.together(async (run) => {
          for (const phone of phones) await run(detachPhone, { phone, user })
          await run(deleteUser, { user })
        })
        return done
      },
    }),
  ]
}

/** @throws {AuthApiFailure} 40401 */
export async function requireUser(userId: string, db: StoreDb): Promise<User> {
  const user = await users.byId(userId, db)
  if (user === undefined) throw unknown('user_id')
  return user
}

/** @returns The users that a request names; `undefined` if it asks for a page. */
async function findNamed(
  {
    username,
    email,
    user_id_list: userIds,
    username_list: usernames,
  }: {
    readonly username?: string | undefined
    readonly email?: string | undefined
    readonly user_id_list?: readonly string[] | undefined
    readonly username_list?: readonly string[] | undefined
  },
  db: StoreDb,
): Promise<readonly User[] | undefined> {
  if (username !== undefined && username !== '') {
    const user = await users.byName(username, db)
    return user === undefined ? [] : [user]
  }
  if (email !== undefined && email !== '') return await users.byEmail(email, db)
  if (userIds !== undefined) return [...(await users.byIds(userIds, db)).values()]
  if (usernames === undefined) return undefined
  const found = new Map<string, User>()
  for (const name of usernames) {
    const user = await users.byName(name, db)
    if (user !== undefined) found.set(user.userId, user)
  }
  return [...found.values()]
}

async function create(
  given: GivenUserFields & { readonly username: string },
  run: RunAct,
): Promise<User> {
  const aliases = changedAliases([], given) ?? []
  const { username } = given
  return await about('username', run(createUser, { username, ...toUserChange(given), aliases }))
}

async function change(
  user: User,
  given: GivenUserFields & { readonly username?: string | undefined },
  run: RunAct,
): Promise<void> {
  const { username } = given
  const fields = { ...toUserChange(given), ...(username === undefined ? {} : { username }) }
  if (Object.keys(fields).length > 0) {
    await about('username', run(updateUser, { user, change: fields }))
  }
  if (given.status === 'active') await run(unlockUser, { user })
  const aliases = changedAliases(user.aliases, given)
  if (aliases !== undefined) await about('aliases', run(setAliases, { user, aliases }))
}
