import { z } from 'zod'
import type { User } from '../../../people/user.ts'
import { seconds } from '../auth_v2/endpoint.ts'

const nullableText = z.string().nullable()

/** A user as other objects contain it. */
export const shortUserSchema = z.strictObject({
  alias1: nullableText,
  alias2: nullableText,
  alias3: nullableText,
  alias4: nullableText,
  aliases: z.record(z.string(), z.string()).describe('`alias1` to `alias8`, those that are set.'),
  created: z.int().describe('In seconds since 1970.'),
  email: z.string(),
  firstname: z.string(),
  last_directory_sync: z.null(),
  last_login: z.int().nullable().describe('In seconds since 1970.'),
  lastname: z.string(),
  notes: z.string(),
  realname: z.string(),
  status: z.enum(['active', 'bypass', 'disabled', 'locked out', 'pending deletion']),
  user_id: z.string(),
  username: z.string(),
})

/** @param status The status in effect, which can be a lockout. */
export function toShortUser(
  user: User,
  status: z.infer<typeof shortUserSchema>['status'],
): z.infer<typeof shortUserSchema> {
  const { aliases } = user
  return {
    alias1: aliases[0] ?? null,
    alias2: aliases[1] ?? null,
    alias3: aliases[2] ?? null,
    alias4: aliases[3] ?? null,
    aliases: Object.fromEntries(aliases.map((alias, index) => [`alias${index + 1}`, alias])),
    created: seconds(user.created),
    email: user.email,
    firstname: user.firstname,
    last_directory_sync: null,
    last_login: user.lastLogin === null ? null : seconds(user.lastLogin),
    lastname: user.lastname,
    notes: user.notes,
    realname: user.realname,
    status,
    user_id: user.userId,
    username: user.username,
  }
}

/** `alias1` to `alias8`. */
export const aliasNames = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `alias${number}`)
