import { z } from 'zod'
import type { UserChange } from '../../../administration/acts/users.ts'
import { choice, filled, flag, invalid, single, text } from './parameters.ts'
import { aliasNames } from './short_user.ts'

const maxText = 255
const maxNotes = 4096

const alias = text(maxText).optional()
const aliasShape = Object.fromEntries(aliasNames.map((name) => [name, alias])) as Record<
  string,
  typeof alias
>

/** `alias1=joe&alias2=jsmith@example.com`, or a JSON object. An empty alias is removed. */
const aliasMap = single(z.record(z.string(), z.string()), (sent) => {
  if (sent.trim().startsWith('{')) return JSON.parse(sent)
  return Object.fromEntries(new URLSearchParams(sent))
})

/** What can be set about a user; the username is added by the endpoints. */
const userFields = {
  ...aliasShape,
  aliases: aliasMap
    .refine(
      (aliases) => Object.keys(aliases).every((name) => aliasNames.includes(name)),
      `expected ${aliasNames[0]} to ${aliasNames.at(-1)}`,
    )
    .optional()
    .describe('Such as alias1=joe&alias2=jsmith@example.com; an empty alias is removed.'),
  email: text(maxText).optional(),
  enable_auto_prompt: flag().optional().describe('Ignored.'),
  firstname: text(maxText).optional(),
  lastname: text(maxText).optional(),
  notes: text(maxNotes).optional(),
  realname: text(maxText).optional(),
  status: choice(['active', 'bypass', 'disabled'])
    .optional()
    .describe('active also ends a lockout.'),
}
export const newUserFields = { username: filled(maxText), ...userFields }
export const userChangeFields = { username: filled(maxText).optional(), ...userFields }

export type GivenUserFields = z.output<z.ZodObject<typeof userFields>>

/** The fields that were given, without the aliases. */
export function toUserChange(given: GivenUserFields): UserChange {
  const { email, firstname, lastname, notes, realname, status } = given
  return {
    ...(email === undefined ? {} : { email }),
    ...(firstname === undefined ? {} : { firstname }),
    ...(lastname === undefined ? {} : { lastname }),
    ...(notes === undefined ? {} : { notes }),
    ...(realname === undefined ? {} : { realname }),
    ...(status === undefined ? {} : { status }),
  }
}

/**
 * The aliases of a user after a request: those that it names are set, or removed if they are empty, and
 * the others stay.
 *
 * @returns `undefined` if the request names none.
 */
export function changedAliases(
  before: readonly string[],
  given: GivenUserFields,
): readonly string[] | undefined {
  const numbered = aliasNames.flatMap((name) => {
    const value: unknown = Object.entries(given).find(([key]) => key === name)?.[1]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  const named = [...Object.entries(given.aliases ?? {}), ...numbered]
  if (named.length === 0) return undefined
  const slots = aliasNames.map((_, index) => before[index] ?? '')
  for (const [name, value] of named) {
    const slot = aliasNames.indexOf(name)
    if (slot < 0) throw invalid('aliases', `there is no ${name}`)
    slots[slot] = value.trim()
  }
  return slots.filter((value) => value !== '')
}
