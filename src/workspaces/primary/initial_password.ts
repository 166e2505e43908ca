import { randomInt } from 'node:crypto'

/** A password that is easy to type: three groups of four letters and digits. */
export function createPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = (): string =>
    Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group()].join('-')
}
