/** Characters that AWS forbids in names of WorkSpaces users; `@` is allowed between name and domain. */
const forbidden = new Set('!"#$%&\'()*+,/:;<=>?[\\]^`{|}~')
const maxLength = 256

/**
 * Why a name can't be that of a WorkSpaces user (Directory Service Administration Guide): spaces, characters outside ASCII
 * and most punctuation are forbidden, so `user@domain` is valid and `DOMAIN\user` is not.
 *
 * @returns `undefined` if the name is valid.
 */
export function findUserNameProblem(userName: string): string | undefined {
  if (userName === '') return 'the user name is empty'
  if (userName.length > maxLength) return `the user name is longer than ${maxLength} characters`
  for (const character of userName) {
    if (character < '!' || character > '~') {
      return 'the user name contains a space, a control character or a character outside ASCII'
    }
    if (forbidden.has(character)) return `the user name contains '${character}'`
  }
  const [name, domain, ...more] = userName.split('@')
  if (name === '' || domain === '' || more.length > 0) return "the user name has a misplaced '@'"
  return undefined
}
