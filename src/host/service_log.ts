import pino from 'pino'
import type { Log, LogFields } from './log.ts'

/** Takes lines with their line end, as `process.stdout` does. */
export interface LineStream {
  write(line: string): unknown
}

export interface ServiceLogOptions {
  /** Stands in each line as `name`. */
  readonly name: string
  readonly debug: boolean
  readonly stream: LineStream
}

/**
 * A log for machines: each line one JSON object with `level` as a word, `time` in ISO 8601 (UTC),
 * `name`, `msg` and the fields.
 */
export function serviceLog({ name, debug, stream }: ServiceLogOptions): Log {
  const logger = pino(
    {
      level: debug ? 'debug' : 'info',
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: pino.stdSerializers.err },
    },
    stream,
  )
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void =>
      logger[level](fields, message)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
