import type { Knobs } from '../knobs/knob_table.ts'

/** Characters that AWS forbids in names of WorkSpaces users; `@` is allowed between name and domain. */
const forbidden = new Set('!"#$%&\'()*+,/:;<=>?[\\]^`{|}~')
const maxLength = 256

/**
 * Why a user name cannot be one of WorkSpaces (Directory Service Administration Guide): spaces, characters outside
 * of ASCII and most punctuation are forbidden, so that `DOMAIN\user` is not valid, and `user@domain` is.
 *
 * @returns `undefined` if the name is valid.
 */
export function findUserNameProblem(userName: string): string | undefined {
  if (userName === '') return 'the user name is empty'
  if (userName.length > maxLength) return `the user name is longer than ${maxLength} characters`
  for (const character of userName) {
    if (character < '!' || character > '~') {
      return 'the user name contains a space, a control character or a character outside of ASCII'
    }
    if (forbidden.has(character)) return `the user name contains '${character}'`
  }
  const [name, domain, ...more] = userName.split('@')
  if (name === '' || domain === '' || more.length > 0) return "the user name has a misplaced '@'"
  return undefined
}

/** The User-Name that a controller sends, as the knob `userNameForm` says. */
export function toWireName(
  typed: string,
  form: Knobs['userNameForm'],
  names: { readonly samAccountName: string; readonly userPrincipalName: string },
): string {
  switch (form) {
    case 'as-typed':
      return typed
    case 'samaccountname':
      return names.samAccountName
    case 'upn':
      return names.userPrincipalName
  }
}

/** The names that can be told from the typed one alone, while Active Directory has not been asked. */
export function namesFromTyped(
  typed: string,
  domain: string,
): { readonly samAccountName: string; readonly userPrincipalName: string } {
  const [name = typed] = typed.split('@')
  return {
    samAccountName: name,
    userPrincipalName: typed.includes('@') ? typed : `${typed}@${domain}`,
  }
}
