import { inspect } from 'node:util'
import type { Clock } from './clock.ts'
import type { Log, LogFields } from './log.ts'
import { RotatingFile, type RotatingFileOptions } from './rotating_file.ts'
import { Syslog, type SyslogOptions } from './syslog.ts'

export interface ProgramLogOptions {
  /** Part of each line, as in `[countersign.proxy#info]`. */
  readonly component: string
  readonly debug: boolean
  readonly file?: RotatingFileOptions | undefined
  /** Receives each line, without its end: for a process whose lines another one writes. */
  readonly sink?: ((line: string) => void) | undefined
  readonly stdout?: boolean
  readonly syslog?: SyslogOptions | undefined
  readonly clock: Clock
}

const severities = { debug: 7, info: 6, warn: 4, error: 3 } as const
type Level = keyof typeof severities

/**
 * A program's main log. Each line has the date with its offset, component, level and message, in the
 * format of the vendor's proxy, so that existing parsers work.
 *
 * `2026-11-24T17:18:00.123456+0000 [countersign.proxy#info] message key='value'`
 */
export class ProgramLog implements Log {
  readonly #options: ProgramLogOptions
  readonly #date = new LocalDate()
  readonly #file: RotatingFile | undefined
  readonly #syslog: Syslog | undefined

  /** @throws A system error if the log file can't be opened. */
  constructor(options: ProgramLogOptions) {
    this.#options = options
    this.#file = options.file === undefined ? undefined : new RotatingFile(options.file)
    this.#syslog = options.syslog === undefined ? undefined : new Syslog(options.syslog)
    // a closed pipe must not end the program
    if (options.stdout === true) process.stdout.on('error', () => {})
  }

  debug(message: string, fields?: LogFields): void {
    if (this.#options.debug) this.#write('debug', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields)
  }

  /**
   * Writes lines that another process has made with a log of this component.
   *
   * @param lines Whole lines, each with its end.
   */
  append(lines: string): void {
    if (lines === '') return
    this.#file?.write(lines.slice(0, -1))
    if (this.#options.stdout === true) process.stdout.write(lines)
    if (this.#syslog === undefined) return
    for (const line of lines.slice(0, -1).split('\n')) {
      const [, text = line, level] = /^\S+ (\[[\w.]+#(\w+)\].*)$/.exec(line) ?? []
      this.#syslog.write(isLevel(level) ? severities[level] : severities.info, text)
    }
  }

  /** Flushes pending lines. */
  async close(): Promise<void> {
    await Promise.all([this.#file?.close(), this.#syslog?.close()])
  }

  #write(level: Level, message: string, fields: LogFields | undefined): void {
    const { component, stdout, sink, clock } = this.#options
    const text = `[${component}#${level}] ${oneLine(message)}${fieldsText(fields)}`
    const line = `${this.#date.text(clock.now())} ${text}`
    this.#file?.write(line)
    sink?.(line)
    if (stdout === true) process.stdout.write(`${line}\n`)
    this.#syslog?.write(severities[level], text)
  }
}

function isLevel(text: string | undefined): text is Level {
  return text !== undefined && Object.hasOwn(severities, text)
}

/** Escapes control characters, so that text from the network can't forge log lines. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matching them is the purpose
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) =>
    character === '\n' ? '\\n' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

function fieldsText(fields: LogFields | undefined): string {
  if (fields === undefined) return ''
  let text = ''
  for (const [key, value] of Object.entries(fields)) text += ` ${key}=${valueText(value)}`
  return text
}

function valueText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  // inspect is slow, and most values are plain text
  if (typeof value === 'string' && plainText.test(value)) return `'${value}'`
  if (value instanceof Error) return oneLine(value.stack ?? value.message)
  return oneLine(inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 4 }))
}

const plainText = /^[\w .,:;/@+()[\]-]*$/

/** Local time with its offset: `2026-11-24T17:18:00.123000+0100`. */
class LocalDate {
  #now = Number.NaN
  #text = ''
  #offsetUntil = 0
  #offset = 0
  #offsetText = ''

  /**
   * Caches the text per millisecond, because many lines share one, and the offset per quarter of an hour,
   * because it changes only then.
   */
  text(now: number): string {
    if (now === this.#now) return this.#text
    if (!(now < this.#offsetUntil && now >= this.#offsetUntil - quarterMs)) this.#readOffset(now)
    this.#now = now
    const local = new Date(now + this.#offset * 60_000).toISOString().slice(0, -1)
    this.#text = `${local}000${this.#offsetText}`
    return this.#text
  }

  #readOffset(now: number): void {
    this.#offset = -new Date(now).getTimezoneOffset()
    this.#offsetUntil = (Math.floor(now / quarterMs) + 1) * quarterMs
    const hours = String(Math.floor(Math.abs(this.#offset) / 60)).padStart(2, '0')
    const minutes = String(Math.abs(this.#offset) % 60).padStart(2, '0')
    this.#offsetText = `${this.#offset < 0 ? '-' : '+'}${hours}${minutes}`
  }
}

const quarterMs = 15 * 60_000
