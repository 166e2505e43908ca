import { IniDocument } from '../../config/ini_document.ts'
import type { Secret } from '../../host/secret.ts'
import type { Problem } from './problem.ts'
import { protect } from './protected_value.ts'
import { readSections, type Setting, sealedKey } from './section.ts'

/** A configuration whose secrets are sealed, and what was done to it. */
export interface ProtectedConfig {
  /** Comments, blank lines and line ends as they were. */
  readonly text: string
  /** What was sealed: `line 12: skey is now skey_protected`. */
  readonly sealed: readonly string[]
  /** Errors where sections and keys can't be told; nothing was sealed then. */
  readonly problems: readonly Problem[]
}

/** A secret that was commented out stays readable, which its owner may not expect. */
const commentedSecret =
  /^\s*[;#]\s*(skey|secret|radius_secret_\d+|service_account_password)\s*[=:]\s*\S/i

/** Seals every plain secret of a configuration. */
export function protectConfig(text: string, file: string, key: Secret): ProtectedConfig {
  const document = IniDocument.parse(text)
  const problems: Problem[] = []
  const sections = readSections(document, (severity, line, message) => {
    problems.push({ severity, file, line, message })
  })
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const found = commentedSecret.exec(line)
    if (found === null) continue
    const message = `${found[1]} in a comment stays readable; remove the line`
    problems.push({ severity: 'warning', file, line: index + 1, message })
  }
  problems.sort((one, other) => one.line - other.line)
  if (problems.some(({ severity }) => severity === 'error')) return { text, sealed: [], problems }
  const plain = sections.flatMap(({ settings }) => settings.filter(isPlainSecret))
  const sealed = plain.map((setting) => {
    const { entry } = setting
    return `line ${entry.line}: ${entry.key} is now ${sealedKey(setting)}`
  })
  const printed = plain.reduce(
    (result, setting) =>
      result.withEntry(setting.entry, sealedKey(setting), protect(setting.entry.value, key)),
    document,
  )
  return { text: printed.print(), sealed, problems }
}

function isPlainSecret({ option, sealed, entry }: Setting): boolean {
  return option.type === 'secret' && !sealed && entry.value !== ''
}
