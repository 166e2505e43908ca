import { readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { ConfigFile } from '../../config/config_file.ts'
import { type Problem, ProblemList, type Report } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import { duoOnlyClient } from './duo_only_client.ts'
import { checkFiles } from './file_value.ts'
import { reportSharedPorts, reportUnheardClients } from './listen_place.ts'
import { mainSection } from './main_section.ts'
import type { MainSection, ProxyConfig } from './proxy_config.ts'
import type { radiusServerOptions } from './radius_server_options.ts'
import { type Unprotect, unprotectWithKeyFile } from './secret_setting.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { proxyTable } from './section_table.ts'

/**
 * Reads an `authproxy.cfg`.
 *
 * @param text The file's content.
 * @param file Its path; relative paths in it start there.
 * @returns All problems, sorted by line; no configuration if one of them is an error.
 */
export function readProxyConfig(
  text: string,
  file: string,
  table = proxyTable,
): { readonly config: ProxyConfig | undefined; readonly problems: readonly Problem[] } {
  const problems = new ProblemList(basename(file))
  const { report } = problems
  const read = ConfigFile.read(text, table, report)
  if (read === undefined) return { config: undefined, problems: problems.toArray() }
  for (const section of read.sections) {
    if (section.kind.status === undefined) checkFiles(section, file, report)
  }
  const config = interpret(read, file, unprotectWithKeyFile(file), report)
  return { config: problems.hasErrors ? undefined : config, problems: problems.toArray() }
}

/**
 * Reads the file of a configuration.
 *
 * @throws A system error if it can't be read.
 */
export function readProxyConfigFile(file: string): ReturnType<typeof readProxyConfig> {
  return readProxyConfig(readFileSync(file, 'utf8'), file)
}

/**
 * Checks the text of an `authproxy.cfg` without any file access, as an editor does while the user
 * types: files are not looked for, and protected secrets are not decrypted.
 *
 * @param file Its name in the problems.
 */
export function checkProxyConfig(text: string, file: string): readonly Problem[] {
  const problems = new ProblemList(basename(file))
  const read = ConfigFile.read(text, proxyTable, problems.report)
  if (read !== undefined) interpret(read, file, undefined, problems.report)
  return problems.toArray()
}

function interpret(
  config: ConfigFile<ProxySectionKind>,
  file: string,
  decrypt: Unprotect | undefined,
  report: Report,
): ProxyConfig {
  const { sections } = config
  const context = { config, file, decrypt, report }
  reportUnsupported(sections, report)
  const servers = sections.flatMap((section) => section.kind.read?.(section, context) ?? [])
  if (!sections.some(({ kind }) => kind.role === 'server')) {
    const message =
      'there is no server section; add [radius_server_duo_only] with ikey, skey, api_host, radius_ip_1 and radius_secret_1'
    report('error', 1, message, { kind: 'add-section', name: 'radius_server_duo_only' })
  }
  const radiusServers = sections
    .filter(({ kind }) => kind.read !== undefined && kind.options.radius_ip !== undefined)
    .map((section) => config.values<typeof radiusServerOptions>(section))
  reportSharedPorts(radiusServers, report)
  reportUnheardClients(radiusServers, report)
  return { file, main: readMain(config, file), servers }
}

function reportUnsupported(sections: readonly Section<ProxySectionKind>[], report: Report): void {
  for (const { kind, line, name } of sections) {
    if (kind.status === undefined) continue
    report('error', line, `[${name}] is ${kind.status}: ${adviseInstead(kind, sections)}`)
  }
}

function adviseInstead(
  kind: ProxySectionKind,
  sections: readonly Section<ProxySectionKind>[],
): string {
  const clients = sections.filter(({ kind: { role } }) => role === 'client')
  const checksNoPassword =
    clients.length > 0 && clients.every(({ name }) => name === duoOnlyClient.name)
  return checksNoPassword && kind.role === 'server' && kind.status === 'not yet supported'
    ? 'the file has [duo_only_client], so rename the section to [radius_server_duo_only]'
    : (kind.advice ?? 'remove it')
}

function readMain(config: ConfigFile<ProxySectionKind>, file: string): MainSection {
  const values = config.only(mainSection)
  const logDir = values.get('log_dir')
  return {
    debug: values.get('debug'),
    logDir: findLogFolder(file, logDir),
    logFile: values.get('log_file'),
    logMaxFiles: values.get('log_max_files'),
    logMaxSize: values.get('log_max_size'),
    logStdout: values.get('log_stdout'),
    logSyslog: values.get('log_syslog'),
    syslogFacility: values.get('syslog_facility'),
    logAuthEvents: values.get('log_auth_events'),
    metricsPort: values.get('metrics_port'),
    metricsInterface: values.get('metrics_interface'),
    sendReports: values.get('send_reports'),
    workers: values.get('workers'),
    testConnectivityOnStartup: values.get('test_connectivity_on_startup'),
  }
}

/**
 * The folder of the logs. In an installation, the configuration is in `conf/` and the logs are in `log/`
 * beside that folder.
 *
 * @param logDir As written.
 */
export function findLogFolder(file: string, logDir: string): string {
  if (isAbsolute(logDir)) return logDir
  const folder = dirname(resolve(file))
  return basename(folder) === 'conf' ? join(folder, '..', logDir) : join(folder, logDir)
}
