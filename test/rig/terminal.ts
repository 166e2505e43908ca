import { Running } from './running.ts'

/** A program on a pseudo-terminal of its own, and the person who uses it. */
export class Terminal extends Running {
  /** How much of the screen has been read. */
  #read = 0

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const line = ['exec', ...[command, ...args].map(quoted)].join(' ')
    // util-linux, on each Debian
    super('/usr/bin/script', ['--quiet', '--return', '--command', line, '/dev/null'], env)
  }

  /**
   * Waits until the screen shows a text after everything that was read before.
   *
   * @returns The screen from there to the end of the text, with LF line ends.
   * @throws if the program ends first.
   */
  async shows(text: string): Promise<string> {
    return await this.untilPrinted(() => {
      const screen = this.stdout.replaceAll('\r\n', '\n')
      const at = screen.indexOf(text, this.#read)
      if (at < 0) return undefined
      const shown = screen.slice(this.#read, at + text.length)
      this.#read = at + text.length
      return shown
    }, text)
  }

  /** Types a line, and presses Enter. */
  type(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
