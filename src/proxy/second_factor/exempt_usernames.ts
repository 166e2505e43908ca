import { lookupName } from '../../duo/index.ts'

/**
 * The names in `exempt_username_N`, compared as the service looks up users: the name as typed, then
 * without its domain. Look-alikes (`ànn` for `ann`) do not match.
 */
export class ExemptUsernames {
  readonly #names: ReadonlySet<string>

  constructor(usernames: readonly string[]) {
    this.#names = new Set(
      usernames.map((name) => lookupName(name, 'none')).filter((name) => name !== ''),
    )
  }

  has(username: string): boolean {
    if (this.#names.size === 0) return false
    return (
      this.#names.has(lookupName(username, 'none')) ||
      this.#names.has(lookupName(username, 'simple'))
    )
  }
}
