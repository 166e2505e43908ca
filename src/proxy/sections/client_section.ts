import { findNearest, suggest } from '../../config/nearest_name.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { duoOnlyClient } from './duo_only_client.ts'
import type { radiusServerOptions } from './radius_server_options.ts'
import type { ServerContext } from './section_kind.ts'

/**
 * Finds the section that checks the password for a server section. A file without any client section
 * checks no password, as with `[duo_only_client]`, which has no required keys.
 *
 * @returns Name of the section; `''` after a problem was reported.
 */
export function readClientSection(
  values: SectionValues<typeof radiusServerOptions>,
  { config, report }: ServerContext,
): string {
  const clients = config.sections.filter(({ kind }) => kind.role === 'client')
  const name = values.get('client')?.toLowerCase()
  const line = values.line('client')
  if (clients.length === 0 && (name === undefined || name === duoOnlyClient.name)) {
    return duoOnlyClient.name
  }
  if (name === undefined && !clients.some(isDuoOnly)) {
    const message = `[${values.section.name}] leaves the password to the appliance; add [${duoOnlyClient.name}] and client=${duoOnlyClient.name}`
    report('error', line, message)
    return ''
  }
  if (name === undefined && clients.length > 1) {
    const message = `there are several client sections; add client=${duoOnlyClient.name}`
    report('error', line, message)
    return ''
  }
  const client = clients.find((candidate) => name === undefined || candidate.name === name)
  if (client === undefined) {
    const known = [duoOnlyClient.name]
    const remedy = suggest(name ?? '', known) || '; add the section or name another one'
    const meant = known.length === 1 ? known[0] : findNearest(name ?? '', known)
    report(
      'error',
      line,
      `client is '${name}', but the file has no [${name}]${remedy}`,
      meant === undefined ? undefined : { kind: 'set-value', value: meant },
    )
    return ''
  }
  if (!isDuoOnly(client)) {
    const message = `client is '${client.name}', but [${values.section.name}] checks no password; add [${duoOnlyClient.name}] and write client=${duoOnlyClient.name}`
    report('error', line, message, { kind: 'set-value', value: duoOnlyClient.name })
  }
  return client.name
}

function isDuoOnly({ kind }: { readonly kind: { readonly name: string } }): boolean {
  return kind.name === duoOnlyClient.name
}
