import type { Report } from './problem.ts'
import type { Section } from './section.ts'
import type { SectionValues } from './section_values.ts'

const duoOnly = 'duo_only_client'

/**
 * Name of the section that a server section asks first; `''` after a problem was reported. A file
 * without any client section checks no password, as with `[duo_only_client]`, which has no keys that
 * it needs.
 */
export function readClientSection(
  section: Section,
  values: SectionValues,
  sections: readonly Section[],
  report: Report,
): string {
  const clients = sections.filter(({ kind }) => kind.role === 'client')
  const named = values.text('client')?.toLowerCase()
  const line = named === undefined ? section.line : values.line('client')
  const [only] = clients
  if (named === undefined) {
    if (clients.length === 1 && only !== undefined)
      return checkedClient(only, section, line, report)
    if (clients.length === 0) return duoOnly
    const names = clients.map(({ name }) => name).join(', ')
    report('error', line, `there are several client sections; add client= with one of ${names}`)
    return ''
  }
  if (named === duoOnly && clients.length === 0) return duoOnly
  const client = clients.find(({ name }) => name === named)
  if (client !== undefined) return checkedClient(client, section, line, report)
  report(
    'error',
    line,
    `client names [${named}], which is not in the file; add the section or name another`,
  )
  return ''
}

function checkedClient(client: Section, section: Section, line: number, report: Report): string {
  if (client.kind.name !== duoOnly && client.kind.support === 'supported') {
    report('error', line, `[${section.name}] works with [duo_only_client] only`)
  }
  return client.name
}
