import { IniDocument } from '../../config/ini_document.ts'
import { formatKeyName, parseKeyName } from '../../config/key_name.ts'
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

/** Encrypts every plain secret of a configuration. */
export function protectConfig(text: string, file: string, key: Secret): ProtectedConfig {
  const document = IniDocument.parse(text)
  const problems = new ProblemList(file)
  const sections = matchSections(document, proxyTable, problems.report)
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const key = findCommentedSecret(line)
    if (key === undefined) continue
    const message = `${key} in a comment stays readable; remove the line`
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

/** The key of a plain secret that is commented out. */
function findCommentedSecret(line: string): string | undefined {
  const written = /^\s*[;#]+\s*(\w+)\s*[=:]\s*\S/.exec(line)?.[1]?.toLowerCase()
  if (written === undefined) return undefined
  const isPlainSecret = proxyTable.sections.some(({ options }) => {
    const name = parseKeyName(written, options, proxyTable)
    return name !== undefined && name.option.type.secret === true && !name.isProtected
  })
  return isPlainSecret ? written : undefined
}

function formatProtectedKey(setting: Setting): string {
  return formatKeyName({ ...setting, isProtected: true })
}

function isPlainSecret({ option, isProtected, entry }: Setting): boolean {
  return option.type.secret === true && !isProtected && entry.value !== ''
}
