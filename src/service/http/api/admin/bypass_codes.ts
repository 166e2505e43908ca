import { z } from 'zod'
import { deleteBypassCode } from '../../../administration/acts/bypass_codes.ts'
import { type BypassCode, BypassCodes } from '../../../authenticators/bypass/bypass_codes.ts'
import { Users } from '../../../people/users.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { seconds } from '../auth_v2/endpoint.ts'
import { done, type Endpoint, endpoint, list, nothing } from './endpoint.ts'
import { unknown } from './refusal.ts'
import { shortUserSchema } from './short_user.ts'
import { readShortUsers } from './short_users.ts'

/** A bypass code without the code itself, which can't be read again. */
export const bypassCodeSchema = z.strictObject({
  admin_email: z.string().nullable().describe('The account that created it.'),
  bypass_code_id: z.string(),
  created: z.int().describe('In seconds since 1970.'),
  expiration: z.int().nullable().describe('In seconds since 1970; null for never.'),
  reuse_count: z.int().nullable().describe('Remaining uses; null for no limit.'),
  user: shortUserSchema,
})

export async function describeBypassCodes(
  codes: readonly BypassCode[],
  now: number,
  db: StoreDb,
): Promise<z.infer<typeof bypassCodeSchema>[]> {
  const userIds = codes.map(({ userId }) => userId)
  const users = await readShortUsers(userIds, now, db)
  return codes.flatMap((code) => {
    const user = users.get(code.userId)
    if (user === undefined) return []
    const { bypassCodeId, created, createdBy, expires, reuseCount } = code
    return [
      {
        admin_email: createdBy === '' ? null : createdBy,
        bypass_code_id: bypassCodeId,
        created: seconds(created),
        expiration: expires === null ? null : seconds(expires),
        reuse_count: reuseCount,
        user,
      },
    ]
  })
}

/** Bypass codes of all users (duo.com/docs/adminapi, "Bypass Codes"). */
export function bypassCodeEndpoints(store: Store): readonly Endpoint[] {
  const codes = new BypassCodes(store)
  const users = new Users()
  return [
    list({
      method: 'GET',
      path: '/admin/v1/bypass_codes',
      permission: 'adminapi_read_resource',
      summary: 'Lists bypass codes; the codes themselves cannot be read again.',
      parameters: {},
      item: bypassCodeSchema,
      answer: async ({ now, db }, page) => ({
        items: await describeBypassCodes(await codes.list(page, db), now, db),
        total: await codes.total(undefined, db),
      }),
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/bypass_codes/:bypass_code_id',
      permission: 'adminapi_read_resource',
      summary: 'Shows a bypass code.',
      parameters: {},
      response: bypassCodeSchema,
      answer: async ({ id, now, db }) => {
        const code = await codes.byId(id('bypass_code_id'), db)
        const [described] = await describeBypassCodes(code === undefined ? [] : [code], now, db)
        if (described === undefined) throw unknown('bypass_code_id')
        return described
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v1/bypass_codes/:bypass_code_id',
      permission: 'adminapi_write_resource',
      summary: 'Deletes a bypass code. An unknown one is no error.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const bypassCodeId = id('bypass_code_id')
        const code = await codes.byId(bypassCodeId, db)
        const user = code && (await users.byId(code.userId, db))
        if (user !== undefined) await administration.run(deleteBypassCode, { bypassCodeId, user })
        return done
      },
    }),
  ]
}
