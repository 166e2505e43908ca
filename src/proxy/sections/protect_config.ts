import { IniDocument } from '../../config/ini_document.ts'
import { formatKeyName } from '../../config/key_name.ts'
import { type Problem, ProblemList } from '../../config/problem.ts'
import { matchSections, type Setting } from '../../config/section.ts'
import type { Secret } from '../../host/secret.ts'
import { protect } from './protected_value.ts'
import { proxyTable } from './section_table.ts'

/** A configuration with encrypted secrets, and what changed. */
export interface ProtectedConfig {
  /** Comments, blank lines and line ends are unchanged. */
  readonly text: string
  /** What was encrypted: `line 12: skey is now skey_protected`. */
  readonly sealed: readonly string[]
  /** If one is an error, nothing was encrypted. */
  readonly problems: readonly Problem[]
}

const commentedSecret =
  /^\s*[;#]\s*(skey|secret|radius_secret_(?:previous_)?\d+|service_account_password)\s*[=:]\s*\S/i

/** Encrypts every plain secret of a configuration. */
export function protectConfig(text: string, file: string, key: Secret): ProtectedConfig {
  const document = IniDocument.parse(text)
  const problems = new ProblemList(file)
  const sections = matchSections(document, proxyTable, problems.report)
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const found = commentedSecret.exec(line)
    if (found === null) continue
    const message = `${found[1]} in a comment stays readable; remove the line`
    problems.report('warning', index + 1, message)
  }
  if (problems.hasErrors) return { text, sealed: [], problems: problems.toArray() }
  const plain = sections.flatMap(({ settings }) => settings.filter(isPlainSecret))
  const sealed = plain.map((setting) => {
    const { entry } = setting
    return `line ${entry.line}: ${entry.key} is now ${formatProtectedKey(setting)}`
  })
  const printed = plain.reduce(
    (result, setting) =>
      result.withEntry(
        setting.entry,
        formatProtectedKey(setting),
        protect(setting.entry.value, key),
      ),
    document,
  )
  return { text: printed.print(), sealed, problems: problems.toArray() }
}

function formatProtectedKey(setting: Setting): string {
  return formatKeyName({ ...setting, isProtected: true })
}

function isPlainSecret({ option, isProtected, entry }: Setting): boolean {
  return option.type.secret === true && !isProtected && entry.value !== ''
}
