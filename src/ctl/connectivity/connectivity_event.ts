import { printable } from '../../host/printable.ts'
import { formatPythonDict } from './python_dict.ts'

/** The tool checks every section twice: what the file says, then whether it works. */
export type Pass = 'configuration' | 'connectivity'

export type Severity = 'info' | 'warn' | 'error'

/** What a check found in a section. */
export interface Finding {
  readonly severity: Severity
  /** What was found and where; contains no secret. */
  readonly message: string
  /** What to do; absent if the message says it, or if there is nothing to do. */
  readonly remedy?: string | undefined
  /** Line of the configuration file, counted from 1. */
  readonly line?: number | undefined
}

/** One step of a run, in the order in which the tool prints them. */
export type ConnectivityEvent =
  /** The checks of a section begin. Secrets in `settings` are masked. */
  | {
      readonly kind: 'section'
      readonly pass: Pass
      readonly section: string
      readonly settings: Readonly<Record<string, string>>
    }
  /** `section` is empty for a finding that is about the whole file. */
  | ({ readonly kind: 'finding'; readonly pass: Pass; readonly section: string } & Finding)
  /** The checks of a section have ended. */
  | {
      readonly kind: 'result'
      readonly pass: Pass
      readonly section: string
      readonly severity: Severity
      readonly message: string
    }
  /** The run has ended. */
  | { readonly kind: 'summary'; readonly errors: number; readonly warnings: number }

/** The most severe of some findings; `info` for none. */
export function worstSeverity(findings: readonly { readonly severity: Severity }[]): Severity {
  const severities = findings.map(({ severity }) => severity)
  return (['error', 'warn'] as const).find((severity) => severities.includes(severity)) ?? 'info'
}

/** First line of the output. */
export const openingLine =
  'Running The Duo Authentication Proxy Connectivity Tool. This may take several minutes...'

const ruler = '-----------------------------'

/** Formats an event as the vendor's tool prints it: one or more lines, without a line end. */
export function formatEvent(event: ConnectivityEvent): string {
  switch (event.kind) {
    case 'section':
      return [
        formatLine('info', `Testing section '${event.section}' with configuration:`),
        formatLine('info', formatPythonDict(event.settings)),
      ].join('\n')
    case 'finding':
      return formatLine(event.severity, formatFinding(event))
    case 'result':
      return [formatLine(event.severity, event.message), formatLine('info', ruler)].join('\n')
    case 'summary':
      return [formatLine('info', 'SUMMARY'), formatSummary(event)].join('\n')
  }
}

/** `line 14: radius_secret_1 is missing; every radius_ip_N needs a radius_secret_N` */
export function formatFinding({ message, remedy, line }: Finding): string {
  const place = line === undefined ? '' : `line ${line}: `
  return `${place}${message}${remedy === undefined ? '' : `; ${remedy}`}`
}

function formatLine(severity: Severity, text: string): string {
  return printable(`[${severity}]  ${text}`)
}

function formatSummary({ errors, warnings }: { errors: number; warnings: number }): string {
  if (errors + warnings === 0) return formatLine('info', 'No issues detected')
  const counts = [count(errors, 'error'), count(warnings, 'warning')].filter((text) => text !== '')
  const severity = errors > 0 ? 'error' : 'warn'
  return formatLine(severity, `${counts.join(' and ')} detected; see the lines above`)
}

function count(found: number, noun: string): string {
  return found === 0 ? '' : `${found} ${noun}${found === 1 ? '' : 's'}`
}
