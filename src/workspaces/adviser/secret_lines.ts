import { IniDocument } from '../../config/ini_document.ts'
import { formatKeyName } from '../../config/key_name.ts'
import { ProblemList } from '../../config/problem.ts'
import { matchSections, type Setting } from '../../config/section.ts'
import type { Secret } from '../../host/secret.ts'
import { proxyTable } from '../../proxy/sections/section_table.ts'
import { ProxyFileError } from './proxy_file.ts'

/** Whether secrets are being replaced: a client has a previous one. */
export function isRotating(text: string): boolean {
  return readSettings(text).some(({ key }) => key === previousKey)
}

/**
 * Gives clients a new secret, and keeps the present one as the previous one. All other lines stay.
 *
 * @param seal Encrypts the new secret for a client whose present one is encrypted.
 * @param clients Which `radius_ip_N` of which section, such as `radius_server_duo_only radius_ip_1`.
 * @throws {ProxyFileError} if a client has a previous secret already.
 */
export function beginRotation(
  text: string,
  clients: ReadonlySet<string>,
  secret: Secret,
  seal: (secret: Secret) => string,
): string {
  if (isRotating(text)) {
    throw new ProxyFileError(
      'authproxy.cfg has radius_secret_previous_N: a secret is already being replaced; run the command with --resume, or remove these lines',
    )
  }
  return editLines(text, (setting) => {
    const { key, number, entry, section, isProtected } = setting
    if (key !== secretKey || !clients.has(`${section} radius_ip_${number}`)) return undefined
    const previous = formatKeyName({ ...setting, key: previousKey })
    const value = isProtected ? seal(secret) : secret.reveal()
    return [`${formatKeyName(setting)}=${value}`, `${previous}=${entry.value}`]
  })
}

/** The keys that are being replaced, as they are written: `radius_secret_1`, `radius_secret_previous_1`, …; no value. */
export function rotatingKeys(text: string): readonly string[] {
  const settings = readSettings(text)
  const isReplaced = ({ number, section }: SectionSetting) =>
    settings.some(
      (other) => other.key === previousKey && other.number === number && other.section === section,
    )
  return settings
    .filter((setting) => [secretKey, previousKey].includes(setting.key) && isReplaced(setting))
    .map(({ entry }) => entry.key)
}

/** Removes the previous secrets. */
export function endRotation(text: string): string {
  return editLines(text, ({ key }) => (key === previousKey ? [] : undefined))
}

/** Makes the previous secrets the present ones again. */
export function undoRotation(text: string): string {
  const settings = readSettings(text)
  const previousOf = (setting: SectionSetting) =>
    settings.find(
      ({ key, number, section }) =>
        key === previousKey && number === setting.number && section === setting.section,
    )
  return editLines(text, (setting) => {
    if (setting.key === previousKey) return []
    const previous = setting.key === secretKey ? previousOf(setting) : undefined
    if (previous === undefined) return undefined
    return [`${formatKeyName({ ...previous, key: secretKey })}=${previous.entry.value}`]
  })
}

const secretKey = 'radius_secret'
const previousKey = 'radius_secret_previous'

type SectionSetting = Setting & { readonly section: string }

function readSettings(text: string): readonly SectionSetting[] {
  const problems = new ProblemList('authproxy.cfg')
  return matchSections(IniDocument.parse(text), proxyTable, problems.report).flatMap(
    ({ name, settings }) => settings.map((setting) => ({ ...setting, section: name })),
  )
}

/** @param edit The lines in place of that of a setting; `undefined` leaves it. */
function editLines(
  text: string,
  edit: (setting: SectionSetting) => readonly string[] | undefined,
): string {
  const changes = new Map(
    readSettings(text).flatMap((setting) => {
      const lines = edit(setting)
      return lines === undefined ? [] : [[setting.entry.line, lines] as const]
    }),
  )
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  return text
    .split(/\r\n|\n/)
    .flatMap((line, index) => changes.get(index + 1) ?? [line])
    .join(end)
}
