import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { Secret } from '../../host/secret.ts'
import { IniDocument } from '../../ini/ini_document.ts'
import type {
  MessageAuthenticatorPolicy,
  RadiusClientEntry,
} from '../../radius/udp/radius_client.ts'
import type { Problem } from './problem.ts'
import { keyFileFor, ProtectedValueError, readKey, unprotect } from './protected_value.ts'
import type { MainSection, ProxyConfig, RadiusServerSection } from './proxy_config.ts'
import { readSections, type Section } from './section.ts'
import { SectionValues } from './section_values.ts'

const shortSecret = 12

/**
 * Reads an `authproxy.cfg`. All problems are told at once, in the order of their lines.
 *
 * @param text The file's content.
 * @param file Its path; relative paths in it are looked for from there.
 * @returns No configuration where one of the problems is an error.
 */
export function readProxyConfig(
  text: string,
  file: string,
): { readonly config: ProxyConfig | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (severity: Problem['severity'], line: number, message: string): void => {
    problems.push({ severity, file: basename(file), line, message: message.replaceAll('\n', ' ') })
  }
  const sections = readSections(IniDocument.parse(text), report)
  for (const { kind, line, name } of sections) {
    if (kind.support !== 'supported') {
      report(
        'error',
        line,
        `[${name}] is ${kind.support === 'never' ? 'not' : 'not yet'} supported: ${kind.advice ?? 'remove it'}`,
      )
    }
  }
  const values = new Map(
    sections.map((section) => [
      section,
      new SectionValues(section, mainOf(sections), file, report),
    ]),
  )
  const keys = keyReader(file)
  const main = readMain(values.get(mainOf(sections) ?? noSection), file)
  const servers = sections
    .filter(({ kind }) => kind.name === 'radius_server_duo_only')
    .map((section) => {
      const read = values.get(section) ?? new SectionValues(section, undefined, file, report)
      return readServer(section, read, sections, keys, report)
    })
  if (!sections.some(({ kind }) => kind.role === 'server')) {
    report(
      'error',
      1,
      'there is no server section; add [radius_server_duo_only] with ikey, skey, api_host, radius_ip_1 and radius_secret_1',
    )
  }
  reportSharedPorts(sections, servers, report)
  problems.sort((one, other) => one.line - other.line)
  const failed = problems.some(({ severity }) => severity === 'error')
  return { config: failed ? undefined : { file, main, servers }, problems }
}

type Report = (severity: Problem['severity'], line: number, message: string) => void
type OpenSealed = (sealed: string) => Secret

const noSection: Section = {
  kind: { name: '', role: 'other', meaning: '', support: 'supported', options: [] },
  name: '',
  line: 1,
  settings: [],
}

function mainOf(sections: readonly Section[]): Section | undefined {
  return sections.find(({ kind }) => kind.name === 'main')
}

/** Opens protected values; the key is read at the first one, since without them none is needed. */
function keyReader(file: string): OpenSealed {
  let key: Secret | undefined
  return (sealed) => {
    key ??= readKey(keyFileFor(file))
    return unprotect(sealed, key)
  }
}

function readMain(values: SectionValues | undefined, file: string): MainSection {
  const logDir = values?.text('log_dir') ?? 'log'
  return {
    debug: values?.boolean('debug') ?? false,
    logDir: isAbsolute(logDir) ? logDir : logFolder(file, logDir),
    logFile: values?.boolean('log_file') ?? true,
    logMaxFiles: values?.integer('log_max_files') ?? 6,
    logMaxSize: values?.integer('log_max_size') ?? 10_485_760,
    logStdout: values?.boolean('log_stdout') ?? false,
    logSyslog: values?.boolean('log_syslog') ?? false,
    syslogFacility: (values?.text('syslog_facility') ?? 'LOG_USER').toUpperCase(),
    logAuthEvents: values?.boolean('log_auth_events') ?? false,
  }
}

/** As installed, the configuration is in `conf/` and the logs in `log/` beside that folder. */
function logFolder(file: string, logDir: string): string {
  const folder = dirname(resolve(file))
  return basename(folder) === 'conf' ? join(folder, '..', logDir) : join(folder, logDir)
}

function readServer(
  section: Section,
  values: SectionValues,
  sections: readonly Section[],
  open: OpenSealed,
  report: Report,
): RadiusServerSection {
  const ikey = values.text('ikey') ?? ''
  if (ikey !== '' && !/^[A-Z0-9]{20}$/.test(ikey)) {
    report(
      'warning',
      values.line('ikey'),
      'ikey does not look like one: 20 capital letters and digits, usually beginning with DI',
    )
  }
  const skey = secretOf(section, 'skey', undefined, open, report)
  const length = skey?.reveal().length ?? 40
  if (length !== 40) {
    report('warning', values.line('skey'), `skey has ${length} characters and not 40; copy it anew`)
  }
  const failmode = values.text('failmode')?.toLowerCase()
  return {
    name: section.name,
    ikey,
    skey: skey ?? new Secret(''),
    apiHost: values.text('api_host') ?? '',
    apiPort: values.integer('api_port') ?? 443,
    httpCaCertsFile: values.path('http_ca_certs_file'),
    httpProxyHost: values.text('http_proxy_host'),
    httpProxyPort: values.integer('http_proxy_port') ?? 80,
    client: readClientSection(section, values, sections, report),
    port: values.integer('port') ?? 1812,
    interfaceAddress: values.text('interface'),
    failmode: failmode === 'secure' ? 'secure' : 'safe',
    apiTimeoutSecs: values.integer('api_timeout') ?? 0,
    clients: readRadiusClients(section, values, open, report),
    exemptUsernames: section.settings
      .filter(({ option }) => option.key === 'exempt_username')
      .map(({ entry }) => entry.value),
    clientIpAttr: values.attribute('client_ip_attr'),
    pwCodec: values.codec('pw_codec'),
    factorAliases: values.aliases('factor_aliases'),
    debug: values.boolean('debug') ?? false,
  }
}

function readClientSection(
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

function readRadiusClients(
  section: Section,
  values: SectionValues,
  open: OpenSealed,
  report: Report,
): RadiusClientEntry[] {
  const addresses = section.settings.filter(({ option }) => option.key === 'radius_ip')
  const secrets = section.settings.filter(({ option }) => option.key === 'radius_secret')
  for (const { entry, number } of secrets) {
    if (addresses.some((address) => address.number === number)) continue
    report(
      'error',
      entry.line,
      `radius_ip_${number} is missing; every radius_secret_N needs its radius_ip_N`,
    )
  }
  if (addresses.length === 0) {
    report('error', section.line, `[${section.name}] has no radius_ip_1; nobody could ask it`)
  }
  const seen = new Map<string, number>()
  return addresses
    .toSorted((one, other) => (one.number ?? 0) - (other.number ?? 0))
    .flatMap(({ entry, number }) => {
      const before = seen.get(entry.value)
      if (before !== undefined) {
        report(
          'warning',
          entry.line,
          `${entry.value} is radius_ip_${before} already, which counts; remove this one`,
        )
      } else seen.set(entry.value, number ?? 0)
      if (!secrets.some((secret) => secret.number === number)) {
        report(
          'error',
          entry.line,
          `radius_secret_${number} is missing; every radius_ip_N needs its radius_secret_N`,
        )
        return []
      }
      const secret = secretOf(section, 'radius_secret', number, open, report)
      if (secret === undefined) return []
      if (secret.reveal().length <= shortSecret) {
        const line = secrets.find((candidate) => candidate.number === number)?.entry.line
        report(
          'warning',
          line ?? entry.line,
          `radius_secret_${number} is short; use 24 random characters or more`,
        )
      }
      return [
        {
          name: `radius_ip_${number}`,
          addresses: entry.value,
          secret,
          messageAuthenticator: authenticatorPolicy(values, number),
          messageAuthenticatorInReplies:
            values.boolean('message_authenticator_in_replies', number) ?? true,
        },
      ]
    })
}

function authenticatorPolicy(
  values: SectionValues,
  number: number | undefined,
): MessageAuthenticatorPolicy {
  if (values.boolean('force_message_authenticator') === true) return 'required'
  const policy = values.text('message_authenticator', number)?.toLowerCase()
  return policy === 'required' || policy === 'off' ? policy : 'auto'
}

/** The secret of a key, opened where it is sealed; `undefined` after a problem was told. */
function secretOf(
  section: Section,
  key: string,
  number: number | undefined,
  open: OpenSealed,
  report: Report,
): Secret | undefined {
  const settings = section.settings.filter(
    (setting) => setting.option.key === key && setting.number === number,
  )
  const [first, second] = settings
  if (first === undefined) return undefined
  if (second !== undefined) {
    report(
      'error',
      second.entry.line,
      `${first.entry.key} and ${second.entry.key} are both set; remove one of them`,
    )
    return undefined
  }
  if (first.entry.value === '') return undefined
  if (!first.sealed) return new Secret(first.entry.value)
  try {
    return open(first.entry.value)
  } catch (error) {
    if (!(error instanceof ProtectedValueError)) throw error
    report(
      'error',
      first.entry.line,
      `The protected value for ${first.entry.key} could not be decrypted and therefore cannot be used. This may happen if the secret was encrypted on a different machine and copied to this machine. Please try protecting this value again. (${error.message})`,
    )
    return undefined
  }
}

function reportSharedPorts(
  sections: readonly Section[],
  servers: readonly RadiusServerSection[],
  report: Report,
): void {
  const seen = new Map<string, RadiusServerSection>()
  for (const server of servers) {
    const section = sections.find(({ name }) => name === server.name)
    const line = section?.settings.find(({ option }) => option.key === 'port')?.entry.line
    const place = `${server.interfaceAddress ?? '*'}:${server.port}`
    const before = seen.get(place)
    if (before === undefined) seen.set(place, server)
    else {
      report(
        'error',
        line ?? section?.line ?? 1,
        `[${server.name}] and [${before.name}] listen on the same port ${server.port}; give one of them another port or interface`,
      )
    }
  }
}
