import { formatPlace } from './listen_error.ts'
import type { ReportSource } from './report/reporter.ts'

/** `[radius_server_auto] listening on 10.0.0.1:1812/udp for 10.0.1.10` */
export function formatListener(source: ReportSource): string {
  return `[${source.section.name}] listening on ${placeOf(source)} for ${clientsOf(source)}`
}

/** What a reload has changed for appliances, one line for each section; at least one line. */
export function listChanges(
  before: readonly ReportSource[],
  after: readonly ReportSource[],
): readonly string[] {
  const gone = before
    .filter((old) => !after.some(({ section }) => section.name === old.section.name))
    .map((old) => `[${old.section.name}] is gone, and no longer listens on ${placeOf(old)}`)
  const lines = after.flatMap((source) => {
    const old = before.find(({ section }) => section.name === source.section.name)
    if (old === undefined) return [`${formatListener(source)}; the section is new`]
    if (placeOf(old) !== placeOf(source)) {
      return [`[${source.section.name}] listens on ${placeOf(source)}, before on ${placeOf(old)}`]
    }
    return clientsOf(old) === clientsOf(source)
      ? []
      : [`[${source.section.name}] accepts ${clientsOf(source)}, before ${clientsOf(old)}`]
  })
  const changes = [...gone, ...lines]
  return changes.length === 0
    ? ['every section listens where it did, for the same clients']
    : changes
}

function placeOf({ address, port, transport }: ReportSource): string {
  return `${formatPlace({ address, port })}/${transport.toLowerCase()}`
}

function clientsOf({ section }: ReportSource): string {
  return section.radiusClients.map(({ addresses }) => addresses).join(', ')
}
