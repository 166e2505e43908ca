import { AdministratorError } from './administrator.ts'

const maxEmail = 254
const maxName = 200
const maxFactorName = 100

/** An e-mail address as stored. @throws {AdministratorError} `email` */
export function requireEmail(typed: string): string {
  const email = typed.trim().normalize('NFC')
  if (email.length <= maxEmail && /^[^\s@<>"',;:\p{C}]+@[^\s@<>"',;:\p{C}]+$/u.test(email))
    return email
  throw new AdministratorError('email', 'expected one e-mail address, such as alice@example.com')
}

/** A name as stored. @throws {AdministratorError} `name` */
export function requireName(typed: string): string {
  const name = typed.trim().normalize('NFC')
  if (name !== '' && name.length <= maxName && /^\P{C}+$/u.test(name)) return name
  throw new AdministratorError('name', `expected a name of 1 to ${maxName} characters`)
}

/** The name of a factor as stored. @throws {AdministratorError} `name` */
export function readFactorName(typed: string, byDefault: string): string {
  const name = typed.trim().normalize('NFC')
  if (name === '') return byDefault
  if (name.length <= maxFactorName && /^\P{C}+$/u.test(name)) return name
  throw new AdministratorError('name', `expected a name of at most ${maxFactorName} characters`)
}
