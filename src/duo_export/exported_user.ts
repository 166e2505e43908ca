import { z } from 'zod'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const phoneSchema = z.object({ number: text, extension: text, platform: text, type: text })
const tokenSchema = z.object({ serial: text, type: text })

/** A user as the Admin API describes them; members that an import does not use are left out. */
const userSchema = z.object({
  username: z.string(),
  realname: text,
  firstname: text,
  lastname: text,
  email: text,
  notes: text,
  status: text,
  lockout_reason: text,
  aliases: z.record(z.string(), z.string()).nullish(),
  groups: z.array(z.object({ name: z.string() })).default([]),
  phones: z.array(phoneSchema).default([]),
  tokens: z.array(tokenSchema).default([]),
})

/** The columns of one user in a file of users, by name. */
export interface ExportedUser {
  readonly cells: ReadonlyMap<string, string>
  /** Phones that the file can't hold, since they have no number. */
  readonly phonesLeftOut: number
  /** Hardware tokens whose kind exists only at the vendor. */
  readonly tokensLeftOut: number
}

/** OATH tokens and YubiKeys, as the Admin API and the file name them. */
const tokenTypes = ['h6', 'h8', 't6', 't8', 'yk']
const maxAlias = 8
/** Columns of one kind. */
const maxNumber = 99

/** @returns `undefined` for a user who is about to be deleted. @throws {z.ZodError} */
export function exportUser(object: unknown): ExportedUser | undefined {
  const user = userSchema.parse(object)
  if (user.status === 'pending deletion') return undefined
  const { username, realname, firstname, lastname, email, notes } = user
  const cells = new Map(
    Object.entries({
      username,
      realname,
      firstname,
      lastname,
      email,
      status: statusOf(user),
      notes,
    }),
  )
  for (let number = 1; number <= maxAlias; number++) {
    cells.set(`alias${number}`, user.aliases?.[`alias${number}`] ?? '')
  }
  const phones = user.phones.filter(({ number }) => number !== '')
  for (const [index, phone] of phones.slice(0, maxNumber).entries()) {
    const { number, extension } = phone
    cells.set(`phone${index + 1}`, extension === '' ? number : `${number} x${extension}`)
    cells.set(`platform${index + 1}`, platformOf(phone))
  }
  for (const [index, { name }] of user.groups.slice(0, maxNumber).entries()) {
    cells.set(`group${index + 1}`, name)
  }
  const tokens = user.tokens.filter(({ type }) => tokenTypes.includes(type))
  for (const [index, { serial, type }] of tokens.slice(0, maxNumber).entries()) {
    cells.set(`token${index + 1}`, serial)
    cells.set(`type${index + 1}`, type)
  }
  return {
    cells,
    phonesLeftOut: user.phones.length - phones.length,
    tokensLeftOut: user.tokens.length - tokens.length,
  }
}

/** A lockout after wrong passcodes does not move. */
function statusOf({ status, lockout_reason }: z.infer<typeof userSchema>): string {
  if (status !== 'locked out') return status
  return lockout_reason === 'Admin disabled' ? 'disabled' : 'active'
}

/** The names that a file has for the platforms of the Admin API. */
function platformOf({ platform, type }: z.infer<typeof phoneSchema>): string {
  if (/landline/i.test(type)) return 'landline'
  if (/ios/i.test(platform)) return 'iphone'
  if (/android/i.test(platform)) return 'android'
  if (/smartphone|windows phone/i.test(platform)) return 'smartphone'
  return /mobile/i.test(type) ? 'mobile' : ''
}
