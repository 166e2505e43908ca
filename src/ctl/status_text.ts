import type {
  ClientStatus,
  HealthStatus,
  ProxyStatus,
  SectionStatus,
  WorkerStatus,
} from '../proxy/control/proxy_status.ts'

export function notRunningLine(configFile: string): string {
  return `Countersign Authentication Proxy is not running with ${configFile}`
}

export function runningLine({ pid }: Pick<ProxyStatus, 'pid'>): string {
  return `Countersign Authentication Proxy is running (pid ${pid})`
}

/** The status as people read it. */
export function formatStatus(status: ProxyStatus): string {
  const { health, reloads, last_error: lastError, metrics, primary_only: primaryOnly } = status
  return [
    runningLine(status),
    row('version', status.version),
    row('started', `${readable(status.started_at)}, ${duration(status.uptime_s)} ago`),
    row('configuration', `${status.config_file}, loaded ${readable(status.config_loaded_at)}`),
    ...(reloads.last?.ok === false
      ? [
          row('last reload', `REFUSED ${readable(reloads.last.at)}`),
          ...reloads.last.lines.map((line) => row('', line)),
        ]
      : []),
    row('logs', status.log_dir),
    ...(metrics === undefined
      ? []
      : [row('metrics', `http://${metrics}/metrics, http://${metrics}/healthz`)]),
    ...(primaryOnly === undefined
      ? []
      : [
          row(
            'PRIMARY ONLY',
            `until ${readable(primaryOnly.until)}; 'authproxy_primary_only status' shows what each section does`,
          ),
        ]),
    row('health', formatHealth(health)),
    ...[...health.problems, ...health.covered].map((line) => row('', line)),
    ...(lastError === undefined
      ? []
      : [row('last error', `${readable(lastError.at)}: ${lastError.message}`)]),
    ...(status.workers ?? []).map(formatWorker),
    ...status.sections.flatMap(formatSection),
  ].join('\n')
}

function formatWorker(worker: WorkerStatus): string {
  const { number, pid, restarts, pending, resident_bytes: resident } = worker
  const again = restarts === 0 ? '' : `, restarted ${count(restarts, 'time')}`
  const state =
    pid === undefined
      ? 'IS BEING RESTARTED'
      : `pid ${pid}, ${count(pending, 'sign-in')} in progress, ${Math.round(resident / 2 ** 20)} MiB`
  return row(`worker ${number}`, `${state}${again}`)
}

function formatHealth({ ok, covered }: HealthStatus): string {
  if (!ok) return 'PROBLEM'
  return covered.length === 0 ? 'ok' : 'ok, but users are let in without a second factor'
}

function formatSection(section: SectionStatus): string[] {
  const { accept, reject, challenge, fail_open, fail_closed } = section.logins
  const lastFailOpen =
    section.last_fail_open_at === undefined ? '' : `, last ${readable(section.last_fail_open_at)}`
  const listening = section.listening ? '' : ', NOT LISTENING'
  return [
    '',
    `[${section.name}]`,
    row('listens', `${section.protocol}, ${section.address} port ${section.port}${listening}`),
    row('API', `${section.api}, ${section.api_state}; failmode ${section.failmode}`),
    row('pending', String(section.pending)),
    row(
      'sign-ins',
      `${accept} accepted, ${reject} rejected, ${challenge} challenged, ${fail_closed} rejected by failmode`,
    ),
    row(
      'let in',
      `${fail_open} while the API was down, ${section.fail_opens_24h} of them in 24 hours${lastFailOpen}`,
    ),
    ...section.clients.flatMap(formatClient),
  ]
}

function formatClient(client: ClientStatus): string[] {
  const { name, addresses, requests, message_authenticator: authenticator } = client
  const last =
    client.last_request_at === undefined
      ? ''
      : `, last ${readable(client.last_request_at)} from ${client.last_address}`
  const lastUnsigned =
    authenticator.last_unsigned_at === undefined
      ? ''
      : `, last ${readable(authenticator.last_unsigned_at)}`
  return [
    row(name, `${addresses}: ${count(requests, 'request')}${last}`),
    row(
      '',
      `Message-Authenticator ${authenticator.policy}: required from ${count(authenticator.latched, 'address', 'addresses')} now, ` +
        `${count(authenticator.unsigned, 'request')} without it${lastUnsigned}`,
    ),
    ...formatPreviousSecret(client),
  ]
}

function formatPreviousSecret({ name, previous_secret: previous }: ClientStatus): string[] {
  if (previous === undefined) return []
  const key = name.replace('radius_ip', 'radius_secret_previous')
  return [
    row(
      '',
      previous.last_request_at === undefined
        ? `${key}: not used since the start`
        : `${key}: ${count(previous.requests, 'request')}, last ${readable(previous.last_request_at)} from ${previous.last_address}`,
    ),
  ]
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(14)} ${text}`
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** `2026-11-29 15:22:31 UTC` */
function readable(date: string): string {
  return `${date.slice(0, 10)} ${date.slice(11, 19)} UTC`
}

function duration(secs: number): string {
  const days = Math.floor(secs / 86_400)
  const hours = Math.floor(secs / 3600) % 24
  const minutes = Math.floor(secs / 60) % 60
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min` : `${secs} s`
}
