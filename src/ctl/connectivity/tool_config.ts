import { basename } from 'node:path'
import { ConfigFile } from '../../config/config_file.ts'
import { IniDocument } from '../../config/ini_document.ts'
import { type Problem, ProblemList } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import { checkFiles } from '../../proxy/sections/file_value.ts'
import type { radiusServerOptions } from '../../proxy/sections/radius_server_options.ts'
import { readProxyConfig } from '../../proxy/sections/read_proxy_config.ts'
import { readRadiusServer } from '../../proxy/sections/read_radius_server.ts'
import { type Unprotect, unprotectWithKeyFile } from '../../proxy/sections/secret_setting.ts'
import type { ProxySectionKind } from '../../proxy/sections/section_kind.ts'
import { proxyTable } from '../../proxy/sections/section_table.ts'

/** A section header of the file. */
export interface Header {
  /** In lower case, with its number. */
  readonly name: string
  readonly line: number
}

/**
 * A configuration as the tool checks it. Unlike the proxy, the tool also reads sections that the proxy
 * does not serve yet, so that their upstream servers can be tested before.
 */
export interface ToolConfig {
  /** Path of the configuration file. */
  readonly file: string
  /** Every section header of the file, known or not, in their order. */
  readonly headers: readonly Header[]
  /** The known sections, each once, in the order of the file. */
  readonly sections: readonly Section<ProxySectionKind>[]
  /** Absent if the text can't be read as a configuration. */
  readonly config: ConfigFile<ProxySectionKind> | undefined
  /** Sorted by line. */
  readonly problems: readonly Problem[]
  /** Whether there is an error besides sections that the proxy does not serve yet. */
  readonly isUsable: boolean
  readonly decrypt: Unprotect
}

/** Reads a configuration for the tool. */
export function readToolConfig(text: string, file: string): ToolConfig {
  const headers = IniDocument.parse(text).sections.map(({ name, line }) => ({
    name: name.toLowerCase(),
    line,
  }))
  const decrypt = unprotectWithKeyFile(file)
  const found = new ProblemList(basename(file))
  const config = ConfigFile.read(text, servedTable, found.report)
  const sections = config?.sections ?? []
  for (const section of sections) {
    if (!isUnserved(section)) continue
    checkFiles(section, file, found.report)
    if (config === undefined || section.kind.options.radius_ip === undefined) continue
    const values = config.values<typeof radiusServerOptions>(section)
    readRadiusServer(values, { config, file, decrypt, report: found.report })
  }
  const unserved = new Set(sections.filter(isUnserved).map(({ line }) => line))
  const own = readProxyConfig(text, file).problems
  const problems = [...own, ...found.toArray().filter((problem) => !isAmong(problem, own))]
  return {
    file,
    headers,
    sections,
    config,
    problems: problems.toSorted((one, other) => one.line - other.line),
    isUsable: !found.hasErrors && !own.some((problem) => isBlocking(problem, unserved)),
    decrypt,
  }
}

/** The table of sections as if the proxy served all of them. */
const servedTable = {
  ...proxyTable,
  sections: proxyTable.sections.map(({ status: _, ...kind }) => kind),
}

/** Whether the proxy refuses a section of this kind for now. */
export function isUnserved({ kind }: Section): boolean {
  return proxyTable.sections.find(({ name }) => name === kind.name)?.status !== undefined
}

/** `readProxyConfig` reports at the header of an unserved section only that it is one. */
function isBlocking({ severity, line }: Problem, unserved: ReadonlySet<number>): boolean {
  return severity === 'error' && !unserved.has(line)
}

function isAmong({ line, message }: Problem, problems: readonly Problem[]): boolean {
  return problems.some((other) => other.line === line && other.message === message)
}
