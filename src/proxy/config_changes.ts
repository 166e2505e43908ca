import { formatPlace } from './listen_error.ts'
import type { ReportSource } from './report/reporter.ts'
import { type EffectiveSection, effectiveSections } from './sections/effective.ts'
import type { ProxyConfig } from './sections/proxy_config.ts'

/** `[radius_server_auto] listening on 10.0.0.1:1812/udp for 10.0.1.10` */
export function formatListener({ section, address, port, transport }: ReportSource): string {
  const clients = section.radiusClients.map(({ addresses }) => addresses).join(', ')
  const place = `${formatPlace({ address, port })}/${transport.toLowerCase()}`
  return `[${section.name}] listening on ${place} for ${clients}`
}

/** What differs between two configurations, one line for each section; names keys, never values. */
export function listChanges(before: ProxyConfig, after: ProxyConfig): readonly string[] {
  const [old, next] = [revealed(before), revealed(after)]
  const gone = old.filter(({ name }) => findSection(next, name) === undefined)
  const changes = next.flatMap((section) => {
    const known = findSection(old, section.name)
    if (known === undefined) return [`[${section.name}] is new`]
    const keys = changedKeys(known, section)
    return keys.length === 0 ? [] : [`[${section.name}] changed: ${keys.join(', ')}`]
  })
  const lines = [...gone.map(({ name }) => `[${name}] is gone`), ...changes]
  return lines.length === 0 ? ['no setting has changed'] : lines
}

/** Secrets and certificates are in clear, so that a changed one is found. */
function revealed(config: ProxyConfig): readonly EffectiveSection[] {
  return effectiveSections(config, {
    showSecret: (secret) => secret.reveal(),
    showCertificate: (pem) => pem,
  })
}

function findSection(
  sections: readonly EffectiveSection[],
  name: string,
): EffectiveSection | undefined {
  return sections.find((section) => section.name === name)
}

function changedKeys(before: EffectiveSection, after: EffectiveSection): string[] {
  const keys = new Set([...Object.keys(before.settings), ...Object.keys(after.settings)])
  return [...keys].filter((key) => before.settings[key] !== after.settings[key])
}
