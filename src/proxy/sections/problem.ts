/** Something in a configuration that is wrong, or that does not do what it seems to. */
export interface Problem {
  /** After an error nothing is started; a warning is told and passed over. */
  readonly severity: 'error' | 'warning'
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** What was found, and what to do. */
  readonly message: string
}

/** Takes a problem of the file that is being read. */
export type Report = (severity: Problem['severity'], line: number, message: string) => void

/** `authproxy.cfg:14: radius_secret_1 is missing; …` */
export function formatProblem({ severity, file, line, message }: Problem): string {
  return `${file}:${line}: ${severity === 'warning' ? 'warning: ' : ''}${message}`
}

/**
 * A message without a secret that came into it by a line that was joined with the one above:
 * `port is '1812skey=…'`.
 */
export function withoutSecrets(message: string): string {
  return message.replace(/'.*(skey|secret|password)\w*\s*[=:].*'/is, "'[secret]'")
}
