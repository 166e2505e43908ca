import { readFileSync } from 'node:fs'
import { isCancel, password } from '@clack/prompts'
import type { Command } from 'commander'
import { z } from 'zod'
import { errorText } from '../../host/error_text.ts'
import { printable } from '../../host/printable.ts'
import { Secret } from '../../host/secret.ts'
import { VerbError } from './run_program.ts'

interface LoginFlags {
  readonly url: string
  readonly passwordFile?: string
  readonly codeFile?: string
  readonly explain: boolean
}

const resultSchema = z.object({
  loginId: z.string(),
  result: z.enum(['accepted', 'denied']),
  message: z.string().optional(),
})
const eventSchema = z.object({
  seq: z.number(),
  atMs: z.number(),
  loginId: z.string().optional(),
  from: z.string(),
  to: z.string(),
  name: z.string(),
  detail: z.string(),
  outcome: z.string().optional(),
})

/** `workspaces login` */
export function addLoginVerb(program: Command): void {
  program
    .command('login')
    .description('sign in as the WorkSpaces client does; exit status 0 if it lets the user in')
    .argument('<user>', 'user name')
    .option('--url <url>', 'address of a running directory', 'http://127.0.0.1:8480')
    .option('--password-file <file>', 'file whose first line is the password')
    .option('--code-file <file>', 'file whose first line is the MFA code')
    .option('--explain', 'also print each step of the sign-in', false)
    .addHelpText(
      'after',
      `
Password and MFA code are asked for, and never shown. Without a terminal, the first two lines of standard input are
the password and the MFA code. The code is a passcode, or a word such as push, phone or sms.`,
    )
    .action(async (user: string, flags: LoginFlags) => {
      process.exitCode = await run(user, flags)
    })
}

/** @returns Exit status: 0 if the user may sign in, otherwise 1. */
async function run(username: string, flags: LoginFlags): Promise<number> {
  const [typed, code] = await readCredentials(flags)
  const body = { username, password: typed.reveal(), mfaCode: code.reveal() }
  const answer = resultSchema.safeParse(readAnswer(await ask(flags.url, '/sim/login', body)))
  if (!answer.success) throw notDirectory(flags.url)
  const { loginId, result, message } = answer.data
  if (flags.explain) process.stdout.write(await explain(flags.url, loginId))
  process.stdout.write(result === 'accepted' ? 'Signed in.\n' : `${printable(message ?? result)}\n`)
  return result === 'accepted' ? 0 : 1
}

async function readCredentials(flags: LoginFlags): Promise<readonly [Secret, Secret]> {
  const { passwordFile, codeFile } = flags
  const piped =
    process.stdin.isTTY || (passwordFile !== undefined && codeFile !== undefined)
      ? undefined
      : await readLines(process.stdin, [passwordFile, codeFile].filter(isAbsent).length)
  const next = async (file: string | undefined, label: string): Promise<Secret> => {
    if (file !== undefined) return new Secret(readFirstLine(file))
    return new Secret(piped === undefined ? await prompt(label) : (piped.shift() ?? ''))
  }
  const typed = await next(passwordFile, 'Password')
  return [typed, await next(codeFile, 'MFA code')]
}

/** Reads lines, and does not wait for the end of the input: the other side of a pipe may stay open. */
async function readLines(input: AsyncIterable<Buffer | string>, count: number): Promise<string[]> {
  const chunks: Buffer[] = []
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk))
    const complete = Buffer.concat(chunks).toString('utf8').split(/\r?\n/).slice(0, -1)
    if (complete.length >= count) return complete
  }
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/)
}

function isAbsent(file: string | undefined): boolean {
  return file === undefined
}

function readFirstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? ''
  } catch (error) {
    throw new VerbError(errorText(error))
  }
}

async function prompt(message: string): Promise<string> {
  const typed = await password({ message, mask: '', output: process.stderr })
  if (isCancel(typed)) throw new VerbError('cancelled; nothing was sent')
  return typed ?? ''
}

/** Sends a request to the directory. @returns The body of its answer. */
async function ask(base: string, path: string, body?: object): Promise<string> {
  const url = new URL(path, base)
  try {
    const response = await fetch(url, {
      redirect: 'error',
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json', origin: url.origin },
            body: JSON.stringify(body),
          }),
    })
    const text = await response.text()
    if (response.ok) return text
    throw new VerbError(`${url.href} answers with status ${response.status}: ${text.slice(0, 200)}`)
  } catch (error) {
    if (error instanceof VerbError) throw error
    const reason = error instanceof Error ? errorText(error.cause ?? error) : String(error)
    throw new VerbError(
      `no directory answers at ${url.origin} (${reason}); start one with 'workspaces directory', or name it with --url`,
    )
  }
}

/** @returns The JSON in an answer; `undefined` if there is none. */
function readAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function notDirectory(url: string): VerbError {
  return new VerbError(`${url} does not answer as a directory does; name a running one with --url`)
}

/** The events of one login, as lines for people. */
async function explain(base: string, loginId: string): Promise<string> {
  const lines = (await ask(base, '/sim/trace.ndjson')).split('\n').filter((line) => line !== '')
  const events = lines
    .map((line) => {
      const event = eventSchema.safeParse(readAnswer(line))
      if (!event.success) throw notDirectory(base)
      return event.data
    })
    .filter((event) => event.loginId === loginId)
  const start = events[0]?.atMs ?? 0
  return events
    .map(({ atMs, from, to, name, detail, outcome }) => {
      const time = `${((atMs - start) / 1000).toFixed(3)} s`.padStart(10)
      const end = outcome === undefined ? '' : ` [${outcome}]`
      return `${time}  ${from} -> ${to}: ${printable(`${name}: ${detail}`)}${end}\n`
    })
    .join('')
}
