import { type Bypass, DirectoryError, type KeptStatus, type User } from './user.ts'

/** What can be changed about a user. */
export interface UserFields
  extends Partial<
    Pick<
      User,
      'username' | 'realname' | 'email' | 'firstname' | 'lastname' | 'notes' | 'externalId'
    >
  > {
  readonly status?: KeptStatus
  /** Only with status `bypass`; without it, the bypass has no end. */
  readonly bypass?: Bypass
}

const maxFieldLengths = {
  realname: 255,
  email: 255,
  firstname: 255,
  lastname: 255,
  notes: 4096,
  externalId: 255,
} as const

type FreeFields = Omit<UserFields, 'username' | 'status' | 'bypass'>

/**
 * The columns of the fields that are free text.
 *
 * @throws {DirectoryError} `DIRECTORY_FIELD` if a text is too long or contains NUL.
 */
export function fieldColumns({ externalId, ...fields }: FreeFields) {
  for (const [name, max] of Object.entries(maxFieldLengths)) {
    const text =
      Object.entries({ ...fields, externalId }).find(([field]) => field === name)?.[1] ?? ''
    if (text.length <= max && !text.includes('\0')) continue
    throw new DirectoryError(
      'DIRECTORY_FIELD',
      `${name} can have ${max} characters at most, and no NUL character`,
    )
  }
  return { ...fields, ...(externalId === undefined ? {} : { external_id: externalId }) }
}
