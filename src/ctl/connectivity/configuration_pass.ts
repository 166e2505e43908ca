import type { Problem } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import type { ProxySectionKind } from '../../proxy/sections/section_kind.ts'
import { findAuthorityAge } from './authority_file.ts'
import { type ConnectivityEvent, type Finding, worstSeverity } from './connectivity_event.ts'
import { findKeyPair } from './key_pair.ts'
import { findLdapSyntax } from './ldap_syntax.ts'
import { findSharedPlaces } from './listening_ports.ts'
import { maskedSettings } from './masked_settings.ts'
import { findSuspiciousSettings } from './suspicious_settings.ts'
import type { Header, ToolConfig } from './tool_config.ts'

const pass = 'configuration'

/** The first pass: what the file says, section by section. */
export function* runConfigurationPass(
  tool: ToolConfig,
  { filePermissions, now }: { readonly filePermissions: readonly Finding[]; readonly now: number },
): Generator<ConnectivityEvent> {
  const { headers, sections } = tool
  const beforeSections = findProblems(tool, undefined, headers[0])
  for (const finding of [...filePermissions, ...beforeSections]) {
    yield { kind: 'finding', pass, section: '', ...finding }
  }
  const main = sections.find(({ kind }) => kind.role === 'global')
  for (const [index, header] of headers.entries()) {
    const { name: section, line } = header
    const known = sections.find((candidate) => candidate.line === line)
    const settings = known === undefined ? {} : maskedSettings(known, main)
    yield { kind: 'section', pass, section, settings }
    const findings = [
      ...findProblems(tool, header, headers[index + 1]),
      ...(known === undefined ? [] : findInSection(known, tool, now)),
    ]
    for (const finding of findings) yield { kind: 'finding', pass, section, ...finding }
    const severity = worstSeverity(findings)
    const message =
      severity === 'info'
        ? 'There are no configuration problems'
        : 'There are configuration problems'
    yield { kind: 'result', pass, section, severity, message }
  }
  if (!tool.isUsable) {
    const message = 'Configuration validation was not successful'
    yield { kind: 'result', pass, section: '', severity: 'error', message }
  }
}

function findInSection(
  section: Section<ProxySectionKind>,
  tool: ToolConfig,
  now: number,
): Finding[] {
  const { config, sections, file } = tool
  return [
    ...findSuspiciousSettings(section, tool),
    ...(config === undefined ? [] : findSharedPlaces(section, sections, config)),
    ...findLdapSyntax(section),
    ...findAuthorityAge(section, file, now),
    ...findKeyPair(section, file, now),
  ]
}

/** The problems in the lines from one header to the next. */
function findProblems(
  { problems }: ToolConfig,
  from: Header | undefined,
  to: Header | undefined,
): Finding[] {
  const first = from?.line ?? 0
  const end = to?.line ?? Number.POSITIVE_INFINITY
  return problems.filter(({ line }) => line >= first && line < end).map(toFinding)
}

function toFinding({ severity, line, message }: Problem): Finding {
  return { severity: severity === 'warning' ? 'warn' : 'error', message, line }
}
