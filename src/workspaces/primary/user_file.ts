import { z } from 'zod'
import { suggest } from '../../config/nearest_name.ts'
import { errorText } from '../../host/error_text.ts'
import { parseJson } from '../../host/parse_json.ts'
import { Secret } from '../../host/secret.ts'
import { isPasswordDigest } from './password_digest.ts'
import { type AccountState, accountStates, type StaticUser } from './static_users.ts'

const states = Object.keys(accountStates) as AccountState[]
const members = ['username', 'password', 'passwordHash', 'userPrincipalName', 'state']

const userSchema = z.strictObject({
  username: z.string().min(1).max(64),
  userPrincipalName: z.string().includes('@').optional(),
  password: z.string().min(1).max(256).optional(),
  passwordHash: z
    .string()
    .refine(isPasswordDigest, { error: 'must be an argon2id hash: $argon2id$v=19$m=…' })
    .optional(),
  state: z.enum(states).default('active'),
})

const fileSchema = z.strictObject({ users: z.array(userSchema).max(10_000) })

/** Thrown for a file of users that is not valid; the message lists every problem, one per line. */
export class UserFileError extends Error {
  override readonly name = 'UserFileError'
}

/**
 * Reads a file of users: `{ "users": [{ "username": "alice", "password": "…" }] }`. Instead of `password` there can be
 * a `passwordHash` (argon2id); `state` and `userPrincipalName` are optional.
 *
 * @param isPrivate Whether only its owner can read the file; required if it contains passwords.
 * @throws {UserFileError}
 */
export function parseUserFile(text: string, isPrivate: boolean): readonly StaticUser[] {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new UserFileError(errorText(error))
  }
  const parsed = fileSchema.safeParse(value)
  if (!parsed.success) throw new UserFileError(parsed.error.issues.map(problemText).join('\n'))
  const seen = new Set<string>()
  return parsed.data.users.map(({ password, passwordHash, ...user }, index): StaticUser => {
    const place = `users[${index}] (${user.username})`
    const key = user.username.toLowerCase()
    if (seen.has(key)) throw new UserFileError(`${place}: the username appears twice`)
    seen.add(key)
    const { userPrincipalName, username, state } = user
    const known = userPrincipalName === undefined ? {} : { userPrincipalName }
    if (passwordHash !== undefined && password === undefined) {
      return { username, state, ...known, password: { digest: passwordHash } }
    }
    if (password === undefined || passwordHash !== undefined) {
      throw new UserFileError(`${place}: needs either password or passwordHash`)
    }
    if (!isPrivate) {
      throw new UserFileError(
        `${place}: has a password, and others can read the file; run chmod 600, or use passwordHash`,
      )
    }
    return { username, state, ...known, password: { clear: new Secret(password) } }
  })
}

function problemText(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${String(step)}`,
  )
  const place = path.join('').replace(/^\./, '')
  if (issue.code !== 'unrecognized_keys') return `${place || 'file'}: ${issue.message}`
  return issue.keys
    .map((key) => `${place || 'file'}: unknown member '${key}'${suggest(key, members)}`)
    .join('\n')
}
