import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that was free a moment ago, for a program that is told its port by a flag. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A program that runs until a test stops it. */
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

  /** Resolves when its standard output matches. @throws where it ends before. */
  async prints(expected: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = expected.exec(this.stdout)
      if (match !== null) return match
      if (this.child.exitCode !== null)
        throw new Error(`it ended with ${this.child.exitCode}: ${this.stdout}${this.stderr}`)
      await Promise.race([once(this.child.stdout ?? this.child, 'data'), once(this.child, 'exit')])
    }
  }

  /** Whether it has ended, and all that it printed has been read. */
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
