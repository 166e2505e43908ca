import { inspect } from 'node:util'
import type { Log, LogFields } from '../../src/host/log.ts'

/** A log that keeps its lines, for a test to look at. */
export class RecordingLog implements Log {
  readonly lines: string[] = []

  debug(message: string, fields?: LogFields): void {
    this.#keep('debug', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#keep('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#keep('warn', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#keep('error', message, fields)
  }

  has(part: string): boolean {
    return this.lines.some((line) => line.includes(part))
  }

  #keep(level: string, message: string, fields: LogFields | undefined): void {
    this.lines.push(`${level} ${message}${fields === undefined ? '' : ` ${inspect(fields)}`}`)
  }
}
