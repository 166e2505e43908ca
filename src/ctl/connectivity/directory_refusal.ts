import type { Finding } from './connectivity_event.ts'

/** What Active Directory says after `data` when it refuses a bind: a Windows error in hexadecimal. */
const windowsReasons: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  '525': ['it does not exist', 'check service_account_username'],
  '52e': [
    'the name or the password is wrong',
    'check service_account_username and service_account_password',
  ],
  '530': ['it may not sign in at this time', 'check its logon hours in the directory'],
  '531': ['it may not sign in from this machine', 'check its workstations in the directory'],
  '532': ['its password has expired', 'set a new password that does not expire'],
  '533': ['it is disabled', 'enable it in the directory'],
  '701': ['it has expired', 'extend it in the directory'],
  '773': ['it must change its password first', 'set a new password that need not be changed'],
  '775': ['it is locked out', 'unlock it, and find out who uses a wrong password'],
}

/** Explains LDAP result 49 (invalidCredentials) for the service account. */
export function explainInvalidCredentials(text: string, name: string, place: string): Finding {
  const code = /\bdata ([0-9a-f]{3})\b/i.exec(text)?.[1]?.toLowerCase() ?? ''
  const [reason, remedy] = windowsReasons[code] ?? [
    'the name or the password is wrong',
    'check service_account_username or bind_dn, and service_account_password',
  ]
  return {
    severity: 'error',
    message: `${place} refuses the service account '${name}': ${reason}`,
    remedy,
  }
}
