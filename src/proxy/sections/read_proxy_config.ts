import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { IniDocument } from '../../config/ini_document.ts'
import { Secret } from '../../host/secret.ts'
import { reportApplicationKeys } from './application_keys.ts'
import { readClientSection } from './client_section.ts'
import { reportSharedPorts, reportUnheardClients } from './listen_place.ts'
import { type Problem, type Report, withoutSecrets } from './problem.ts'
import type { MainSection, ProxyConfig, RadiusServerSection } from './proxy_config.ts'
import { readRadiusClients } from './radius_clients.ts'
import { keyReader, type OpenSealed, readSecret } from './secret_setting.ts'
import { readSections, type Section } from './section.ts'
import { SectionValues } from './section_values.ts'

/**
 * Reads an `authproxy.cfg`. Reports all problems at once, in the order of their lines.
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
  const report: Report = (severity, line, message) => {
    problems.push({ severity, file: basename(file), line, message: withoutSecrets(message) })
  }
  if (isUtf16(text)) {
    report('error', 1, 'the file is not UTF-8 but probably UTF-16; save it as UTF-8')
    return { config: undefined, problems }
  }
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.includes('\0')) report('error', index + 1, 'the line has a NUL character; remove it')
  }
  const sections = readSections(IniDocument.parse(text), report)
  for (const { kind, line, name } of sections) {
    if (kind.support !== 'supported') {
      report(
        'error',
        line,
        `[${name}] is ${kind.support === 'never' ? 'not' : 'not yet'} supported: ${adviceOn(kind, sections)}`,
      )
    }
  }
  const values = new Map(
    sections.map((section) => [
      section,
      new SectionValues(section, findMain(sections), file, report),
    ]),
  )
  const keys = keyReader(file)
  const main = readMain(values.get(findMain(sections) ?? noSection), file)
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
  reportUnheardClients(sections, servers, report)
  problems.sort((one, other) => one.line - other.line)
  const failed = problems.some(({ severity }) => severity === 'error')
  return { config: failed ? undefined : { file, main, servers }, problems }
}

/** In UTF-16 every second character of a text in ASCII is a NUL; a single one is a slip. */
function isUtf16(text: string): boolean {
  return text.split('\0').length - 1 > text.length / 4
}

/** A file that checks no password needs another name for its server section, and nothing else. */
function adviceOn(kind: Section['kind'], sections: readonly Section[]): string {
  const clients = sections.filter(({ kind: { role } }) => role === 'client')
  const duoOnly = clients.length > 0 && clients.every(({ name }) => name === 'duo_only_client')
  return duoOnly && kind.role === 'server' && kind.support === 'not yet'
    ? 'the file has [duo_only_client], so rename the section to [radius_server_duo_only]'
    : (kind.advice ?? 'remove it')
}

const noSection: Section = {
  kind: { name: '', role: 'other', meaning: '', support: 'supported', options: [] },
  name: '',
  line: 1,
  settings: [],
}

function findMain(sections: readonly Section[]): Section | undefined {
  return sections.find(({ kind }) => kind.name === 'main')
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
    metricsPort: values?.integer('metrics_port') ?? 0,
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
  const skey = readSecret(section, 'skey', undefined, open, report)
  reportApplicationKeys(values, skey, report)
  const failmode = values.text('failmode')?.toLowerCase()
  return {
    name: section.name,
    ikey: values.text('ikey') ?? '',
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
    apiMaxConnections: values.integer('api_max_connections') ?? 64,
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
