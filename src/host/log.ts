/** What a line of a log tells beside its message; a `Secret` in it prints as `[secret]`. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Where a program says what happened. Messages are lower case without a full stop; keys of
 * `fields` are the documents' words.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** A log that nobody reads. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
}
