import { Secret } from '../../host/secret.ts'
import type { Report } from './problem.ts'
import { keyFileFor, ProtectedValueError, readKey, unprotect } from './protected_value.ts'
import type { Section } from './section.ts'

export type OpenSealed = (sealed: string) => Secret

/** Opens protected values; the key is read at the first one, since without them none is needed. */
export function keyReader(file: string): OpenSealed {
  let key: Secret | undefined
  return (sealed) => {
    key ??= readKey(keyFileFor(file))
    return unprotect(sealed, key)
  }
}

/** The secret of a key, opened where it is sealed; `undefined` after a problem was told. */
export function readSecret(
  section: Section,
  key: string,
  number: number | undefined,
  open: OpenSealed,
  report: Report,
): Secret | undefined {
  const settings = section.settings.filter(
    (setting) => setting.option.key === key && setting.number === number,
  )
  const [first, second] = settings
  if (first === undefined) return undefined
  if (second !== undefined) {
    report(
      'error',
      second.entry.line,
      `${first.entry.key} and ${second.entry.key} are both set; remove one of them`,
    )
    return undefined
  }
  if (first.entry.value === '' || first.entry.continuations.length > 0) return undefined
  if (!first.sealed) return new Secret(first.entry.value)
  try {
    return open(first.entry.value)
  } catch (error) {
    if (!(error instanceof ProtectedValueError)) throw error
    report(
      'error',
      first.entry.line,
      `The protected value for ${first.entry.key} could not be decrypted and therefore cannot be used. This may happen if the secret was encrypted on a different machine and copied to this machine. Please try protecting this value again. (${error.message})`,
    )
    return undefined
  }
}
