import { SelfServiceError } from '../person.ts'

const maxNameLength = 64

/**
 * Reads the name that a user gives to a device or passkey.
 *
 * @throws {SelfServiceError} `name`
 */
export function readName(typed: string): string {
  const name = typed.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (name.length <= maxNameLength && !/\p{C}/u.test(name)) return name
  throw new SelfServiceError('name', `A name can have at most ${maxNameLength} characters.`)
}
