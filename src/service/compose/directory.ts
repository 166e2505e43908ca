import { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import { OathTokens } from '../authenticators/oath/oath_tokens.ts'
import { Phones } from '../authenticators/phone/phones.ts'
import { SmsPasscodes } from '../authenticators/sms/sms_passcodes.ts'
import { Yubikeys } from '../authenticators/yubikey/yubikeys.ts'
import { Groups } from '../people/groups.ts'
import { Users } from '../people/users.ts'
import type { Directory } from '../sign_in/subject.ts'
import type { Store } from '../store/store.ts'

/** Composes the users with all that they sign in with. */
export function composeDirectory(store: Store): Directory {
  return {
    users: new Users(),
    groups: new Groups(),
    phones: new Phones(),
    tokens: new OathTokens(store),
    yubikeys: new Yubikeys(store),
    bypassCodes: new BypassCodes(store),
    smsPasscodes: new SmsPasscodes(store),
  }
}
