import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import type { VerbRequest, VerbResult } from './countersign_verb.ts'

/** Thrown by `process.exit`, which must not end this process. */
class Exit extends Error {}

/**
 * Runs a verb with the environment, arguments, streams and exit of a new process.
 *
 * @param run The program of that name; it ends with its exit status in `process.exitCode`.
 */
export async function resultOf(
  name: string,
  run: () => Promise<void>,
  { words, env, input, cwd }: VerbRequest,
): Promise<VerbResult> {
  process.stdout.setMaxListeners(0)
  for (const key of Object.keys(process.env)) delete process.env[key]
  Object.assign(process.env, env)
  process.chdir(cwd)
  process.argv = [process.execPath, name, ...words]
  process.exitCode = undefined
  Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true })
  process.exit = (code) => {
    process.exitCode = code ?? process.exitCode
    throw new Exit()
  }
  const [stdout, stderr] = [textOf(process.stdout), textOf(process.stderr)]
  try {
    await run()
  } catch (error) {
    if (!(error instanceof Exit)) {
      process.stderr.write(`${inspect(error)}\n`)
      process.exitCode = 1
    }
  }
  return { status: Number(process.exitCode ?? 0), stdout: stdout.end(), stderr: stderr.end() }
}

/** Collects what is written to a stream, until `end`. */
function textOf(stream: NodeJS.WriteStream): { readonly end: () => string } {
  let text = ''
  const { write } = stream
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const done = rest.at(-1)
    if (typeof done === 'function') process.nextTick(done)
    return true
  }
  return {
    end: () => {
      stream.write = write
      return text
    },
  }
}
