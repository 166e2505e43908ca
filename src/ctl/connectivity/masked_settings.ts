import { formatKeyName } from '../../config/key_name.ts'
import type { Section, Setting } from '../../config/section.ts'
import { showCertificates } from '../../proxy/sections/certificates_value.ts'

/** Stands for a secret. */
export const mask = '*****'
/** Another key inside a value: two lines were joined, and the second may be a secret. */
const joinedSecret = /(secret|skey|password|token)\w*\s*[=:]/i
const wrongWord = /^[\w.-]{1,16}$/

/**
 * The settings of a section as they are written, with what it inherits, safe to print: secrets are `*****`, an skey `*****[40]` with its length. Unknown keys are left out,
 * because a misspelt key may hold a secret.
 *
 * @param main The section that `inherited` options take their values from.
 */
export function maskedSettings(section: Section, main?: Section): Record<string, string> {
  const own = section.settings
  const inherited = (main?.settings ?? []).filter(
    ({ key }) =>
      main !== section &&
      section.kind.options[key]?.inherited === true &&
      !own.some((setting) => setting.key === key),
  )
  return Object.fromEntries(
    [...own, ...inherited].map((setting) => [formatKeyName(setting), maskedValue(setting)]),
  )
}

/** The value of a setting, masked if it is a secret or might contain one. */
export function maskedValue({ key, option, isProtected, entry }: Setting): string {
  const { value } = entry
  if (option.type.secret === true) {
    return key === 'skey' && !isProtected ? `${mask}[${value.length}]` : mask
  }
  if (joinedSecret.test(value) || isMisplacedSkey(key, value)) return mask
  if (value.includes('-----BEGIN')) return showCertificates(value)
  const read = option.type.multiline === true ? value : (value.split('\n')[0] ?? '')
  const isReadable = 'value' in option.type.parse(read, key)
  const isJoined = read.includes('=') && option.type.mayContainEquals !== true
  // the message about a wrong value shows it too, unless it is as long as a secret
  return (isReadable || wrongWord.test(read)) && !isJoined ? read : mask
}

/** Whether the value of `ikey` may be an skey: it does not have the 20 characters of an ikey. */
function isMisplacedSkey(key: string, value: string): boolean {
  return key === 'ikey' && value.length !== 20
}
