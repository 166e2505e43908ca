import { once } from 'node:events'
import { Running } from './running.ts'

/** A program on a pseudo-terminal of its own, and somebody who sits at it. */
export class Terminal extends Running {
  /** How much of the screen has been read. */
  #read = 0

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const line = ['exec', ...[command, ...args].map(quoted)].join(' ')
    // util-linux, on each Debian
    super('/usr/bin/script', ['--quiet', '--return', '--command', line, '/dev/null'], env)
  }

  /**
   * Waits until the screen shows a text, below all that has been waited for before.
   *
   * @returns What stands there up to its end, in lines as a program writes them.
   * @throws where the program ends before.
   */
  async shows(text: string): Promise<string> {
    for (;;) {
      const screen = this.stdout.replaceAll('\r\n', '\n')
      const at = screen.indexOf(text, this.#read)
      if (at >= 0) {
        const shown = screen.slice(this.#read, at + text.length)
        this.#read = at + text.length
        return shown
      }
      if (this.hasEnded) throw new Error(`it ended without '${text}': ${this.stdout}`)
      await Promise.race([once(this.child.stdout ?? this.child, 'data'), this.ended()])
    }
  }

  /** Types a line, and presses Enter. */
  type(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
