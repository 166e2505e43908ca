/** Details of a log line. A `Secret` prints as `[secret]`. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * A program's log. Messages are lower case without a full stop; keys of `fields` are the words of the
 * documentation.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Discards everything. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
}
