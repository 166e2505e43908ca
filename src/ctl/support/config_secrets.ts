import { readFileSync } from 'node:fs'
import { IniDocument, type IniEntry } from '../../config/ini_document.ts'
import { parseKeyName } from '../../config/key_name.ts'
import { findSectionKind } from '../../config/section.ts'
import { keyFileFor } from '../../proxy/sections/protected_value.ts'
import { unprotectWithKeyFile } from '../../proxy/sections/secret_setting.ts'
import { proxyTable } from '../../proxy/sections/section_table.ts'
import { isShownValue } from './redacted_config.ts'

const secretName = /skey|secret|pass|token|key|credential/i
/** A word of a comment or of a broken line that is long enough for a secret. */
const longWord = /[^\s=:,;'"]{12,}/g

/**
 * Collects every secret of a configuration, so that it can be removed wherever it occurs: values of
 * secret keys and of unknown keys, protected values and what they decrypt to, files and variables that
 * they name, and long words in comments and broken lines.
 */
export function collectConfigSecrets(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlySet<string> {
  const secrets = new Set<string>()
  const add = (value: string): void => {
    for (const line of value.split('\n')) {
      secrets.add(line)
      for (const part of splitParts(line)) secrets.add(part)
    }
  }
  const document = IniDocument.parse(text)
  for (const { name, entries } of document.sections) {
    if (findSectionKind(name.toLowerCase(), proxyTable) === undefined) {
      addHiddenWord(name, secrets)
    }
    for (const entry of entries) {
      const isShown = isPublic(name, entry)
      if (!isShown) {
        add(entry.value)
        if (isRejected(name, entry)) {
          for (const word of entry.value.split(/\s+/)) addHiddenWord(word, secrets)
        }
      }
      for (const { text: continued } of entry.continuations) {
        if (isShown) addWords(continued, secrets)
        else add(continued)
      }
      for (const part of splitParts(entry.value)) secrets.add(part)
    }
  }
  for (const { text: stray } of document.strays) add(stray)
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (/^\s*[;#]/.test(line)) addComment(line, secrets)
  }
  for (const secret of [...secrets]) addReferenced(secret, file, env, secrets)
  secrets.add(readOrEmpty(keyFileFor(file)).trim())
  secrets.delete('')
  return secrets
}

/** Whether the bundle shows the value of an entry. */
function isPublic(section: string, entry: IniEntry): boolean {
  const known = findKey(section, entry)
  return known !== undefined && isShownValue({ ...known, entry })
}

/** Whether a key that takes no secret has a value that does not suit it; messages show parts of it. */
function isRejected(section: string, entry: IniEntry): boolean {
  const known = findKey(section, entry)
  return known !== undefined && known.option.type.secret !== true && !isPublic(section, entry)
}

function findKey(section: string, { key }: IniEntry): ReturnType<typeof parseKeyName> {
  const kind = findSectionKind(section.toLowerCase(), proxyTable)
  return kind && parseKeyName(key.toLowerCase(), kind.options, proxyTable)
}

/**
 * A misspelt section, or a word of a value that is hidden because it does not suit its key. Words that
 * every configuration has, and addresses, can't be removed everywhere.
 */
function addHiddenWord(word: string, secrets: Set<string>): void {
  const isAddress = /^[\d.:/]+$/.test(word) && /[.:]/.test(word)
  if (!isAddress && !commonWords().has(word.toLowerCase())) secrets.add(word)
}

let common: ReadonlySet<string> | undefined
/** Words of names of sections and keys, and of values to choose from. */
function commonWords(): ReadonlySet<string> {
  common ??= new Set(
    proxyTable.sections.flatMap(({ name, options }) => [
      ...[name, ...Object.keys(options)].flatMap((known) => [known, ...known.split('_')]),
      ...Object.values(options).flatMap(({ type }) => type.words ?? []),
    ]),
  )
  return common
}

/** Secrets inside a value: a password in an address, or a further key that was joined by accident. */
function splitParts(value: string): string[] {
  const joined = [...value.matchAll(/\w*(?:skey|secret|pass\w*|token)\w*\s*[=:]\s*(\S+)/gi)].map(
    (match) => match[1],
  )
  return [...findUrlPasswords(value), ...joined.flatMap((part) => part ?? [])]
}

/** `http://user:PASSWORD@proxy.test`, also without `http://`; the password may contain `/` and `@`. */
export function findUrlPasswords(text: string): string[] {
  const userinfo = /(?:[a-z][a-z0-9+.-]*:\/\/)?[^\s"'<>@:/]*:(?:\/\/)?([^\s"'<>]+)@/gi
  return [...text.matchAll(userinfo)].flatMap((match) => match[1] ?? [])
}

function addComment(line: string, secrets: Set<string>): void {
  const [, key = '', value = ''] = /^\s*[;#]+\s*([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? []
  if (secretName.test(key)) secrets.add(value)
  for (const part of splitParts(line)) secrets.add(part)
  addWords(line, secrets)
}

/** Names of hosts and files are kept: they contain dots or slashes. */
function addWords(line: string, secrets: Set<string>): void {
  for (const [word] of line.matchAll(longWord)) {
    if (/\d/.test(word) && /[a-z]/i.test(word) && !/[./\\]/.test(word)) secrets.add(word)
  }
}

/** `file:PATH`, `env:NAME`, and values of authproxy_passwd. */
function addReferenced(
  value: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  secrets: Set<string>,
): void {
  const [, scheme = '', target = ''] = /^(file|env):(?:\/\/)?(.+)$/.exec(value) ?? []
  if (scheme === 'file') secrets.add(readOrEmpty(target).trim())
  if (scheme === 'env') secrets.add(env[target] ?? '')
  if (!value.startsWith('sealed1:')) return
  try {
    secrets.add(unprotectWithKeyFile(file)(value).reveal())
  } catch {
    // without its key, the protected value can't be read here or anywhere else
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
