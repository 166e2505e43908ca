import { parseKeyName } from '../../config/key_name.ts'
import type { ConfigTable } from '../../config/option.ts'
import { parseKeyLine } from './key_line.ts'
import { listLines, type TextLine } from './text_lines.ts'

/** The place of a secret in a text. */
export interface SecretRange {
  readonly from: number
  readonly to: number
  /** As written. */
  readonly key: string
}

/** Keys that hold a secret, also when they are misspelt or belong to no section. */
const secretName = /skey|secret|passw|passphrase|token/i
const protectedName = /_protected(_\d+)?$/i

/**
 * Finds the secrets of a configuration, also in comments, in lines that are indented by mistake and under
 * misspelt keys. Encrypted secrets are not secret.
 *
 * @param table Without it, names decide alone.
 */
export function findSecrets(text: string, table?: ConfigTable): SecretRange[] {
  const secrets: SecretRange[] = []
  let open: { readonly key: string; readonly indent: number } | undefined
  for (const line of listLines(text)) {
    if (line.text.trim() === '') continue
    const entry = parseKeyLine(uncomment(line))
    const indent = line.text.length - line.text.trimStart().length
    if (open !== undefined && indent > open.indent && !isSecretEntry(entry?.key, table)) {
      secrets.push({
        from: line.from + indent,
        to: line.from + line.text.trimEnd().length,
        key: open.key,
      })
      continue
    }
    const isSecret = entry !== undefined && isSecretEntry(entry.key, table)
    open = isSecret ? { key: entry.key, indent } : undefined
    if (!isSecret || entry.value === '') continue
    secrets.push({ from: entry.valueFrom, to: entry.valueTo, key: entry.key })
  }
  return secrets
}

const dots = '••••••••'

/** Replaces every secret of a text. @param note What follows the dots, such as `(old)`. */
export function maskSecrets(text: string, table: ConfigTable | undefined, note = ''): string {
  return findSecrets(text, table).reduceRight(
    (masked, { from, to }) => masked.slice(0, from) + dots + note + masked.slice(to),
    text,
  )
}

/** The comment character becomes a blank, so that places stay. */
function uncomment(line: TextLine): TextLine {
  return { ...line, text: line.text.replace(/^(\s*)[;#]+/, (begin) => ' '.repeat(begin.length)) }
}

function isSecretEntry(written: string | undefined, table: ConfigTable | undefined): boolean {
  if (written === undefined || protectedName.test(written)) return false
  const known = (table?.sections ?? [])
    .map(({ options }) => parseKeyName(written.toLowerCase(), options, { protectedSecrets: true }))
    .filter((name) => name !== undefined)
  if (known.length > 0) {
    return known.some((name) => name.option.type.secret === true)
  }
  // a sentence in a comment is no key
  return secretName.test(written) && !/\s/.test(written)
}
