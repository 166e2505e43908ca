import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type AuthApiDouble, testIkey, testSkey } from './auth_api_double.ts'
import { freePort } from './running.ts'
import { until } from './until.ts'

/**
 * Replays transcripts of the proxy's programs: text files with the commands of one story, what they print,
 * and how they end. Lines of a transcript:
 *
 * - `$ authproxyctl status`: a command of `bin`, then its standard output and error, then `=> 3`
 * - `% write conf/authproxy.cfg`: writes the lines that follow, up to the next blank line
 * - `% replace conf/authproxy.cfg: OLD -> NEW`: changes one line
 * - `% occupy`: another program takes `{port}`, until the transcript ends
 * - `% kill`: kills the proxy of `run/authproxy.pid` with SIGKILL
 * - `% stranger`: writes the number of another program into `run/authproxy.pid`; it must survive
 *
 * Other lines outside of an output are remarks. `{port}`, `{metrics_port}` and `{api_port}` are free ports and that of an Auth API
 * double, `{dir}` is the folder of the transcript; dates, process ids and durations are masked.
 */
export class TranscriptRunner {
  readonly #dir = mkdtempSync(join(tmpdir(), 'transcript-'))
  readonly #values: ReadonlyMap<string, string>
  readonly #endings: (() => Promise<void> | void)[] = []

  private constructor(values: ReadonlyMap<string, string>) {
    this.#values = new Map([...values, ['dir', this.#dir]])
  }

  static async create(api: AuthApiDouble): Promise<TranscriptRunner> {
    return new TranscriptRunner(
      new Map([
        ['metrics_port', String(await freePort())],
        ['port', String(await freePort())],
        ['api_port', String(api.port)],
        ['ca', api.caFile],
        ['ikey', testIkey],
        ['skey', testSkey],
      ]),
    )
  }

  /** @returns The transcript with what the commands print now. */
  async replay(transcript: string): Promise<string> {
    const lines = transcript.trimEnd().split('\n')
    const replayed: string[] = []
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at] ?? ''
      replayed.push(line)
      if (line.startsWith('$ ')) {
        replayed.push(...(await this.#run(line.slice(2))))
        at += outputAfter(lines, at)
      } else if (line.startsWith('% ')) {
        const body = line.startsWith('% write ') ? bodyAfter(lines, at) : []
        replayed.push(...body)
        at += body.length
        await this.#direct(line.slice(2), body)
      }
    }
    return `${replayed.join('\n')}\n`
  }

  /** Ends what the transcript has started. */
  async close(): Promise<void> {
    for (const end of this.#endings) await end()
    const pid = this.#pid()
    if (pid !== undefined) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it has ended
      }
    }
    rmSync(this.#dir, { recursive: true })
  }

  async #run(command: string): Promise<string[]> {
    const [program = '', ...args] = this.#fill(command).split(' ')
    // one file for both, since two pipes would not keep the order
    const output = `${this.#dir}.output`
    const descriptor = openSync(output, 'w')
    const child = spawn(resolve(import.meta.dirname, '../../bin', program), args, {
      cwd: this.#dir,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', descriptor, descriptor],
    })
    const [status, signal] = await once(child, 'close')
    closeSync(descriptor)
    const printed = this.#mask(readFileSync(output, 'utf8')).trimEnd()
    rmSync(output)
    return [...(printed === '' ? [] : printed.split('\n')), `=> ${signal ?? status}`]
  }

  async #direct(directive: string, body: readonly string[]): Promise<void> {
    const [verb, rest = ''] = directive.split(/ (.*)/s)
    switch (verb) {
      case 'write':
        return this.#write(rest, body.join('\n'))
      case 'replace': {
        const [file = '', change = ''] = rest.split(/: (.*)/s)
        const [before = '', after = ''] = change.split(' -> ')
        const text = readFileSync(join(this.#dir, file), 'utf8')
        if (!text.includes(this.#fill(before))) throw new Error(`${file} has no ${before}`)
        return this.#write(
          file,
          text.replace(this.#fill(before), this.#fill(after).replaceAll('\\n', '\n')),
        )
      }
      case 'occupy': {
        const socket = createSocket('udp4')
        socket.bind(Number(this.#values.get('port')), '127.0.0.1')
        await once(socket, 'listening')
        this.#endings.push(() => void socket.close())
        return
      }
      case 'kill': {
        const pid = this.#pid()
        if (pid === undefined) throw new Error('no proxy runs')
        process.kill(pid, 'SIGKILL')
        return until(() => hasEnded(pid))
      }
      case 'stranger': {
        const child = spawn('sleep', ['600'], { stdio: 'ignore' })
        writeFileSync(this.#pidFile, `${child.pid}\n`)
        this.#endings.push(() => {
          if (!child.kill()) throw new Error('a program that is not the proxy was killed')
        })
        return
      }
      default:
        throw new Error(`unknown directive: ${directive}`)
    }
  }

  #write(file: string, text: string): void {
    const path = join(this.#dir, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, this.#fill(text))
    chmodSync(path, 0o600)
  }

  get #pidFile(): string {
    return join(this.#dir, 'run/authproxy.pid')
  }

  #pid(): number | undefined {
    try {
      return Number(readFileSync(this.#pidFile, 'utf8'))
    } catch {
      return undefined
    }
  }

  #fill(text: string): string {
    return text.replace(/\{(\w+)\}/g, (found, name) => this.#values.get(name) ?? found)
  }

  #mask(output: string): string {
    let masked = output
    for (const [name, value] of this.#values) masked = masked.replaceAll(value, `{${name}}`)
    return masked
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '{date}')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '{date}')
      .replace(/\(default:\s+"[^"]+"\)/g, '(default: {root}/conf/authproxy.cfg)')
      .replace(/expires in \d+ days?, on \d{4}-\d\d-\d\d/g, 'expires in {days}, on {date}')
      .replace(/\d+ (s|min) ago/g, '{time} ago')
      .replace(/"uptime_s": \d+/g, '"uptime_s": {secs}')
      .replace(/in use by node \S+ \(/g, 'in use by {program} (')
      .replace(/(\bpid "?|"pid": |process )\d+/g, '$1{pid}')
      .replace(/support-\d{8}T\d{6}Z/g, 'support-{date}')
      .replace(/^ +\d+ {2}(?=[\w/]+\.[\w.]+$)/gm, '{bytes} ')
  }
}

/** How many lines after a command are its output and its exit status; 0 if the transcript is new. */
function outputAfter(lines: readonly string[], at: number): number {
  const next = lines.findIndex((line, index) => index > at && /^([$%]|=>) /.test(line))
  return lines[next]?.startsWith('=> ') === true ? next - at : 0
}

/** The lines after a directive, up to a blank line. */
function bodyAfter(lines: readonly string[], at: number): string[] {
  const end = lines.indexOf('', at)
  return lines.slice(at + 1, end < 0 ? lines.length : end)
}

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
