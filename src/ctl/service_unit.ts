import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Installation } from '../host/installation.ts'

/** How a command of the service manager ended. */
export interface UnitOutcome {
  readonly ok: boolean
  readonly lines: readonly string[]
}

/** What systemd or the service manager of Windows can be asked to do. */
type Verb = 'start' | 'stop' | 'restart'

/** The service of an installed package. */
export class ServiceUnit {
  readonly #name: string

  private constructor(name: string) {
    this.#name = name
  }

  /** @returns `undefined` if the service manager does not run this configuration. */
  static find(
    configFile: string,
    { unit, configFile: own }: Installation,
  ): ServiceUnit | undefined {
    if (unit === undefined || resolve(configFile) !== own) return undefined
    if (process.platform === 'win32') return new ServiceUnit(unit)
    // sd_booted(3)
    if (!existsSync('/run/systemd/system')) return undefined
    const { stdout } = run('systemctl', ['show', '--property=LoadState', '--value', unit])
    return stdout.trim() === 'loaded' ? new ServiceUnit(unit) : undefined
  }

  /** Ends when the service has the new state. */
  run(verb: Verb): UnitOutcome {
    return process.platform === 'win32' ? this.#runOnWindows(verb) : this.#runOnSystemd(verb)
  }

  #runOnSystemd(verb: Verb): UnitOutcome {
    const { status, stderr } = run('systemctl', [verb, this.#name])
    if (status === 0) return { ok: true, lines: [] }
    const journal = run('journalctl', [
      ...['--unit', this.#name, '--lines', '10', '--output', 'cat', '--no-pager', '--quiet'],
    ])
    const lines = [...toLines(stderr), ...toLines(journal.stdout)]
    return { ok: false, lines: [`systemctl ${verb} ${this.#name} failed:`, ...lines] }
  }

  #runOnWindows(verb: Verb): UnitOutcome {
    if (verb === 'restart') {
      run('net', ['stop', this.#name])
      return this.#runOnWindows('start')
    }
    const { status, stdout, stderr } = run('net', [verb, this.#name])
    if (status === 0) return { ok: true, lines: [] }
    const lines = [...toLines(stdout), ...toLines(stderr)]
    return { ok: false, lines: [`net ${verb} ${this.#name} failed:`, ...lines] }
  }
}

function run(
  command: string,
  args: readonly string[],
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return { status, stdout: stdout ?? '', stderr: error?.message ?? stderr ?? '' }
}

function toLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}
