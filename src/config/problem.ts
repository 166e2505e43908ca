import type { Fix } from './fix.ts'

/** Something in a configuration file that is wrong or has no effect. */
export interface Problem {
  /** A program does not start after an error; it prints a warning and starts. */
  readonly severity: 'error' | 'warning'
  /** Name of the file, as messages show it. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** What was found and what to do. */
  readonly message: string
  /** Absent if there is no obvious one. */
  readonly fix?: Fix
}

/** Records a problem of the file that is being read. */
export type Report = (
  severity: Problem['severity'],
  line: number,
  message: string,
  fix?: Fix | undefined,
) => void

/** `authproxy.cfg:14: radius_secret_1 is missing; every radius_ip_N needs a radius_secret_N` */
export function formatProblem({ severity, file, line, message }: Problem): string {
  return `${file}:${line}: ${severity === 'warning' ? 'warning: ' : ''}${message}`
}

/** Collects the problems of one file. */
export class ProblemList {
  readonly #file: string
  readonly #problems: Problem[] = []

  /** @param file Name of the file, as messages show it. */
  constructor(file: string) {
    this.#file = file
  }

  readonly report: Report = (severity, line, message, fix) => {
    const oneLine = maskSecrets(message).replaceAll('\n', ' ')
    this.#problems.push({
      severity,
      file: this.#file,
      line,
      message: oneLine,
      ...(fix === undefined ? {} : { fix }),
    })
  }

  get hasErrors(): boolean {
    return this.#problems.some(({ severity }) => severity === 'error')
  }

  /** Sorted by line. */
  toArray(): readonly Problem[] {
    return this.#problems.toSorted((one, other) => one.line - other.line)
  }
}

/**
 * Masks a quoted value that contains a further key or an address with a password, because two lines
 * were joined by accident: `'1812skey=…'`, `'localhostpostgres://u:…@db'`.
 */
function maskSecrets(message: string): string {
  const pattern = /'(.*=.*|.*(skey|secret|password|token)\w*\s*:.*|.*:\/\/.*@.*)'/is
  return message.replace(pattern, "'[secret]'")
}
