import type { Report } from './problem.ts'
import type { Section } from './section.ts'
import type { SectionValues } from './section_values.ts'

/** Name of the section that a server section asks first; `''` after a problem was told. */
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
    const found =
      clients.length === 0
        ? 'there is no client section; add [duo_only_client]'
        : `there are several client sections; add client= with one of ${clients.map(({ name }) => name).join(', ')}`
    report('error', line, found)
    return ''
  }
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
  if (client.kind.name !== 'duo_only_client' && client.kind.support === 'supported') {
    report('error', line, `[${section.name}] works with [duo_only_client] only`)
  }
  return client.name
}
