import { createReadStream, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { runProgram } from '../../src/cmd/countersign/context.ts'
import { countersignProgram } from '../../src/cmd/countersign/countersign_program.ts'
import type { VerbRequest, VerbResult } from './countersign_verb.ts'

/** The process in which `countersignVerb` runs its verbs, one after the other. */

/** Thrown by `process.exit`, which must not end this process. */
class Exit extends Error {}

const [requests = '', results = ''] = process.argv.slice(2)
const input = createReadStream('', { fd: openSync(requests, 'r') })
const output = openSync(results, 'w')
process.stdout.setMaxListeners(0)
for await (const line of createInterface({ input })) {
  writeAll(`${JSON.stringify(await resultOf(JSON.parse(line)))}\n`)
}

/** Runs a verb with the environment, arguments, streams and exit of a new process. */
async function resultOf({ words, env, input, cwd }: VerbRequest): Promise<VerbResult> {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.chdir(cwd)
  process.argv = [process.execPath, 'countersign', ...words]
  process.exitCode = undefined
  Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true })
  process.exit = (code) => {
    process.exitCode = code ?? process.exitCode
    throw new Exit()
  }
  const [stdout, stderr] = [textOf(process.stdout), textOf(process.stderr)]
  try {
    await runProgram(countersignProgram())
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

function writeAll(text: string): void {
  const octets = Buffer.from(text)
  for (let at = 0; at < octets.length; ) at += writeSync(output, octets, at)
}
