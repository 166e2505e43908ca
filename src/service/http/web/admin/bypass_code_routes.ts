import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import {
  createBypassCodes,
  deleteBypassCode,
  deleteBypassCodes,
} from '../../../administration/acts/bypass_codes.ts'
import type { Integrations } from '../../../applications/integrations.ts'
import { namesWithProof } from '../../../applications/proof_protocols.ts'
import type { BypassCode, BypassCodes } from '../../../authenticators/bypass/bypass_codes.ts'
import type { User } from '../../../people/user.ts'
import type { Users } from '../../../people/users.ts'
import type { StoreDb } from '../../../store/store.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import { type UserReference, userReferences } from './user_reference.ts'

const maxCodes = 10
const maxValidSecs = 365 * 86_400
const newCodes = z.object({
  count: z.number().int().min(1).max(maxCodes).default(1),
  /** 0 for unlimited. */
  reuse_count: z.number().int().min(0).max(1000).default(1),
  /** 0 for no expiry. */
  valid_secs: z.number().int().min(0).max(maxValidSecs).default(3600),
  preserve_existing: z.boolean().default(true),
})

/**
 * Adds the routes of bypass codes. A code is `{ bypass_code_id, user: { user_id, username } | null, kind,
 * uses_left, expires, created, created_by }`: `kind` is `bypass`, or `recovery` for the user's own;
 * `uses_left` and `expires` are `null` for no limit.
 *
 * - `GET bypass_codes?username&after&limit` → `{ items, next }`, the newest first
 * - `GET bypass_codes/users?after&limit` → `{ items: [{ user, codes, recovery_codes, expires | null,
 *   created, created_by: [text] }], next }`: who could sign in with a bypass code, how many usable codes
 *   of each kind they have, when the last one expires (`null`: never), when the newest was created, and
 *   who created them
 * - `GET bypass_codes/places` → `{ unusable_in: [name] }`, before codes are created
 * - `POST users/:id/bypass_codes` `{ count?, reuse_count?, valid_secs?, preserve_existing? }` → `{ codes,
 *   replaced, recovery_codes, unusable_in: [name] }`; the codes are shown once; `unusable_in` are the
 *   applications that use CHAP or MS-CHAP
 * - `DELETE bypass_codes/:id`, `DELETE users/:id/bypass_codes` → `{ bypass, recovery }`, how many ended
 */
export function addBypassCodeRoutes(
  routes: AdminRoutes,
  bypassCodes: BypassCodes,
  users: Users,
  clock: Clock,
  db: StoreDb,
  integrations: Pick<Integrations, 'withProofSince'>,
): void {
  const findUser = async (id: string): Promise<User> => {
    const user = await users.byId(id, db)
    if (user === undefined) throw new NotFound('this user does not exist any more')
    return user
  }

  routes.view({
    path: 'bypass_codes',
    permit: 'users.view',
    query: listQuery.extend({ username: z.string().max(256).optional() }),
    answer: async ({ query: { username, after, limit } }) => {
      const user = username === undefined ? undefined : await users.byName(username, db)
      if (username !== undefined && user === undefined) return { items: [], next: null }
      const { items, next } = await bypassCodes.page(
        { after, limit, ...(user === undefined ? {} : { userId: user.userId }) },
        db,
      )
      const holders = items.map(({ userId }) => userId)
      const reference = await userReferences(holders, users, db)
      return { items: items.map((code) => describe(code, reference(code.userId))), next }
    },
  })

  routes.view({
    path: 'bypass_codes/users',
    permit: 'users.view',
    query: listQuery.omit({ q: true }),
    answer: async ({ query }) => {
      const now = clock.now()
      const { items: userIds, next } = await bypassCodes.holders(query, now, db)
      const reference = await userReferences(userIds, users, db)
      const codes = Map.groupBy(await bypassCodes.ofUsers(userIds, db), ({ userId }) => userId)
      const items = userIds.map((userId) => ({
        user: reference(userId),
        ...describeHolder(codes.get(userId) ?? [], now),
      }))
      return { items, next }
    },
  })

  routes.view({
    path: 'bypass_codes/places',
    permit: 'users.view',
    query: nothing,
    answer: async () => ({ unusable_in: await namesWithProof(integrations, clock.now(), db) }),
  })

  routes.act({
    method: 'POST',
    path: 'users/:id/bypass_codes',
    body: newCodes,
    answer: async ({ id, body, administration }) => {
      const user = await findUser(id)
      const { codes, replaced, recoveryCodes } = await administration.run(createBypassCodes, {
        user,
        codes: {
          count: body.count,
          reuseCount: body.reuse_count,
          validSecs: body.valid_secs,
          preserveExisting: body.preserve_existing,
        },
      })
      const unusable = await namesWithProof(integrations, clock.now(), db)
      return { codes, replaced, recovery_codes: recoveryCodes, unusable_in: unusable }
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'bypass_codes/:id',
    body: nothing,
    answer: async ({ id, administration }) => {
      const code = await bypassCodes.byId(id, db)
      if (code === undefined) throw new NotFound('this code does not exist any more')
      const user = await findUser(code.userId)
      await administration.run(deleteBypassCode, { user, bypassCodeId: id })
      return {}
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'users/:id/bypass_codes',
    body: nothing,
    answer: async ({ id, administration }) =>
      await administration.run(deleteBypassCodes, { user: await findUser(id) }),
  })
}

function describe(code: BypassCode, user: UserReference | null) {
  const { bypassCodeId, kind, reuseCount, expires, created, createdBy } = code
  return {
    bypass_code_id: bypassCodeId,
    user,
    kind,
    uses_left: reuseCount,
    expires,
    created,
    created_by: createdBy,
  }
}

function describeHolder(all: readonly BypassCode[], now: number) {
  const usable = all.filter(({ expires }) => expires === null || expires > now)
  const codes = usable.filter(({ kind }) => kind === 'bypass')
  return {
    codes: codes.length,
    recovery_codes: usable.length - codes.length,
    expires: codes.some(({ expires }) => expires === null)
      ? null
      : Math.max(...codes.map(({ expires }) => expires ?? 0)),
    created: Math.max(...codes.map(({ created }) => created)),
    created_by: [...new Set(codes.map(({ createdBy }) => createdBy))],
  }
}
