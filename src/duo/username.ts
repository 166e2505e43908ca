/** How an application compares the usernames it receives with the names of users. */
export type UsernameNormalization = 'none' | 'simple'

/**
 * The form in which usernames are compared. Case and surrounding blanks don't matter; with `simple`
 * neither does a domain in front (`DOMAIN\user`) or behind (`user@domain`).
 */
export function lookupName(username: string, normalization: UsernameNormalization): string {
  const name = username.trim().normalize('NFC').toLowerCase()
  return normalization === 'none' ? name : withoutDomain(name)
}

/** `user` of `DOMAIN\user`, `user@domain` or `user`. */
export function withoutDomain(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1).replace(/(?<=.)@.*$/s, '')
}
