import type { Secret } from '../../host/secret.ts'

/** Sub-codes with which Active Directory refuses a bind (`AcceptSecurityContext error, data 52e`). */
const adSubCodes = {
  '525': 'the user does not exist',
  '52e': 'the password is wrong',
  '530': 'the user may not sign in at this time',
  '531': 'the user may not sign in from this computer',
  '532': 'the password has expired',
  '533': 'the account is disabled',
  '701': 'the account has expired',
  '773': 'the user must change the password first',
  '775': 'the account is locked',
} as const

export type AdSubCode = keyof typeof adSubCodes

/** Whether a password is right. Why it is not is for the trace only; users see one text for every reason. */
export type PrimaryVerdict =
  | {
      readonly kind: 'accepted'
      /** Name without domain, as Active Directory stores it. */
      readonly samAccountName: string
      readonly userPrincipalName: string
    }
  | { readonly kind: 'refused'; readonly reason: string; readonly subCode?: AdSubCode }

/** The directory's own check of user name and password. */
export interface PrimaryAuthentication {
  /** @throws {Error} if the domain cannot be asked. */
  verify(userName: string, password: Secret): Promise<PrimaryVerdict>
  close(): Promise<void>
}

/** A refusal with the sub-code of Active Directory. */
export function refusal(subCode: AdSubCode): PrimaryVerdict {
  return { kind: 'refused', reason: adSubCodes[subCode], subCode }
}

/** The sub-code in the text with which a server refuses a bind; `52e` if there is none, as OpenLDAP's has none. */
export function findSubCode(text: string): AdSubCode {
  const found = /\bdata ([0-9a-f]{3})\b/i.exec(text)?.[1]?.toLowerCase() ?? ''
  return isSubCode(found) ? found : '52e'
}

function isSubCode(text: string): text is AdSubCode {
  return Object.hasOwn(adSubCodes, text)
}
