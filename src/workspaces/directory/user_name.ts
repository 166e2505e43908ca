import type { Knobs } from '../knobs/knob_table.ts'

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
