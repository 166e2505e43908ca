import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface VerbOptions {
  readonly env?: NodeJS.ProcessEnv
  /** What the verb reads from its standard input. */
  readonly input?: string
  readonly cwd?: string
}

/** What `spawnSync` would return for the program. */
export interface VerbResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface VerbRequest extends Required<VerbOptions> {
  readonly words: readonly string[]
}

/**
 * Runs a verb of `countersign` in a process that is kept for the next verbs, because loading the program
 * takes a second of CPU time and the test files run hundreds of verbs. Blocks until the verb ends, so verbs
 * that run until they are stopped (`service`, `up`) need a process of their own (`Running`).
 */
export function countersignVerb(
  words: readonly string[],
  { env = process.env, input = '', cwd = process.cwd() }: VerbOptions = {},
): VerbResult {
  host ??= new VerbHost()
  return host.run({ words, env, input, cwd })
}

let host: VerbHost | undefined

class VerbHost {
  readonly #requests: number
  readonly #results: number

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'verbs-'))
    const pipes = [join(folder, 'requests'), join(folder, 'results')] as const
    execFileSync('mkfifo', pipes)
    const program = resolve(import.meta.dirname, 'countersign_verb_host.ts')
    // ends itself when the pipe for requests is closed
    spawn(process.execPath, [program, ...pipes], { stdio: ['ignore', 'ignore', 'inherit'] }).unref()
    this.#requests = openSync(pipes[0], 'w')
    this.#results = openSync(pipes[1], 'r')
    rmSync(folder, { recursive: true })
  }

  run(request: VerbRequest): VerbResult {
    writeSync(this.#requests, `${JSON.stringify(request)}\n`)
    const parts: Buffer[] = []
    do {
      const part = Buffer.alloc(64 * 1024)
      const length = readSync(this.#results, part)
      assert(length > 0, `the process of countersign ${request.words.join(' ')} died`)
      parts.push(part.subarray(0, length))
    } while (parts.at(-1)?.at(-1) !== 0x0a)
    return JSON.parse(Buffer.concat(parts).toString())
  }
}
