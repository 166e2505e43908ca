import { formatKeyName } from '../../config/key_name.ts'
import type { Report } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import { Secret } from '../../host/secret.ts'
import { keyFileFor, ProtectedValueError, readKey, unprotect } from './protected_value.ts'

/** Decrypts a protected value. */
export type Unprotect = (value: string) => Secret

/** Decrypts with the key beside the configuration, which is read when it is first needed. */
export function unprotectWithKeyFile(configFile: string): Unprotect {
  let key: Secret | undefined
  return (value) => {
    key ??= readKey(keyFileFor(configFile))
    return unprotect(value, key)
  }
}

/**
 * Reads a secret, plain or protected.
 *
 * @param decrypt Without it, a protected value reads as unset.
 * @returns `undefined` if there is none or a problem was reported.
 */
export function readSecret(
  { settings }: Section,
  key: string,
  number: number | undefined,
  decrypt: Unprotect | undefined,
  report: Report,
): Secret | undefined {
  const setting = settings.find((found) => found.key === key && found.number === number)
  if (setting === undefined) return undefined
  const { entry } = setting
  if (entry.value === '' || entry.continuations.length > 0) return undefined
  if (!setting.isProtected) return new Secret(entry.value)
  try {
    return decrypt?.(entry.value)
  } catch (error) {
    if (!(error instanceof ProtectedValueError)) throw error
    const plain = formatKeyName({ ...setting, isProtected: false })
    report(
      'error',
      entry.line,
      `The protected value for ${formatKeyName(setting)} could not be decrypted and therefore cannot be used. This may happen if the secret was encrypted on a different machine and copied to this machine. Please try protecting this value again. (${error.message}); write ${plain}= with the plain value, then run authproxy_passwd --whole-config`,
    )
    return undefined
  }
}
