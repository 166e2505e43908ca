import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { within } from './until.ts'

/** Finds a port that was free a moment ago, for a program that takes its port as a flag. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A program that runs until the test stops it. */
export class Running {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly #closed: Promise<unknown>
  #isClosed = false

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, args, {
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    })
    this.#closed = once(this.child, 'close').finally(() => {
      this.#isClosed = true
    })
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += String(chunk)
    })
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += String(chunk)
    })
  }

  /** Waits until the standard output matches. @throws if the program ends first, or prints nothing. */
  async prints(expected: RegExp): Promise<RegExpExecArray> {
    return await this.untilPrinted(() => expected.exec(this.stdout) ?? undefined, String(expected))
  }

  /** Waits until `find` returns a value; it is called again for each piece of output. */
  protected async untilPrinted<Value>(find: () => Value | undefined, what: string): Promise<Value> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      const printed = `${this.stdout}${this.stderr}`
      if (this.hasEnded) throw new Error(`ended with ${this.child.exitCode}: ${printed}`)
      const change = Promise.race([once(this.child.stdout ?? this.child, 'data'), this.#closed])
      await within(change, () => `${what} in ${printed}`)
    }
  }

  /** Whether the program has ended and all its output was read. */
  get hasEnded(): boolean {
    return this.#isClosed
  }

  /** Waits for its end. @returns Exit status. */
  async ended(): Promise<number | null> {
    await this.#closed
    return this.child.exitCode
  }

  /** @returns Exit status. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode
    this.child.kill(signal)
    await once(this.child, 'exit')
    return this.child.exitCode
  }
}
