import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { confirm, isCancel, password } from '@clack/prompts'
import { Command } from 'commander'
import { formatProblem } from '../config/problem.ts'
import { replaceFile } from '../host/replace_file.ts'
import { version } from '../host/version.ts'
import { protectConfig } from '../proxy/sections/protect_config.ts'
import {
  keyFileFor,
  ProtectedValueError,
  protect,
  readOrMakeKey,
} from '../proxy/sections/protected_value.ts'

const installedConfig = join(import.meta.dirname, '../../conf/authproxy.cfg')
const maxOctets = 4096

/** Said on standard error; the program ends with status 1, or 2 where the call itself was wrong. */
class Refusal extends Error {
  readonly status: number

  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

await new Command('authproxy_passwd')
  .description(
    'Seals secrets for authproxy.cfg. Asks for a secret (or reads one line from standard input) and ' +
      'prints what to write behind skey_protected=, radius_secret_protected_1=, … instead of it.',
  )
  .option(
    '--config <file>',
    'the configuration; its key is authproxy.key beside it',
    installedConfig,
  )
  .option('--whole-config', 'seals every secret in the configuration, in place')
  .option('-y', 'with --whole-config: without asking')
  .argument('[secret...]', 'refused: what stands in a command line can be read by every user')
  .version(version)
  .action(async (words: string[], options: { config: string; wholeConfig?: true; y?: true }) => {
    try {
      if (words.length > 0) {
        throw new Refusal(
          'a secret in the command line can be read by every user of this machine (ps) and stays in ' +
            'the history of the shell; call it without one and type it, or pipe it in',
          2,
        )
      }
      await (options.wholeConfig
        ? sealConfig(options.config, options.y === true)
        : sealOne(options.config))
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof ProtectedValueError)) throw error
      process.stderr.write(`authproxy_passwd: ${error.message}\n`)
      process.exitCode = error instanceof Refusal ? error.status : 1
    }
  })
  .parseAsync()

async function sealOne(config: string): Promise<void> {
  const secret = process.stdin.isTTY ? await askedSecret() : await readLine()
  if (secret === '') throw new Refusal('the secret is empty; nothing was sealed')
  process.stdout.write(`${protect(secret, findKey(config))}\n`)
}

async function sealConfig(file: string, withoutAsking: boolean): Promise<void> {
  const before = readConfig(file)
  if (!withoutAsking) await confirmSealing(file)
  const { text, sealed, problems } = protectConfig(before, file, findKey(file))
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  if (problems.some(({ severity }) => severity === 'error')) {
    throw new Refusal(`${file} was left as it is; correct it first`, 2)
  }
  if (sealed.length === 0) {
    process.stdout.write(`${file} has no plain secret; it was left as it is\n`)
    return
  }
  try {
    replaceFile(file, text)
  } catch (error) {
    throw new Refusal(`${file} was left as it is: ${errorReason(error)}`)
  }
  process.stdout.write(`${sealed.join('\n')}\n`)
}

async function confirmSealing(file: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Refusal('nobody is there to ask; add -y', 2)
  const message = `Seal every secret in ${file}? It can then be read with ${keyFileFor(file)} only.`
  if ((await confirm({ message, output: process.stderr })) !== true) {
    throw new Refusal(`${file} was left as it is`)
  }
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Refusal(
      `the configuration can't be read: ${errorReason(error)}; name it with --config`,
    )
  }
}

/** The key beside the configuration. One that is made is its owner's, who is the service's user. */
function findKey(config: string): ReturnType<typeof readOrMakeKey> {
  const owner = statSync(config, { throwIfNoEntry: false })
  return readOrMakeKey(keyFileFor(config), owner)
}

/** Asks twice, since what is typed is not shown. */
async function askedSecret(): Promise<string> {
  const ask = async (message: string): Promise<string> => {
    const answer = await password({ message, mask: '', output: process.stderr })
    if (isCancel(answer)) throw new Refusal('nothing was sealed')
    return answer ?? ''
  }
  const secret = await ask('Secret (it is not shown)')
  if (secret !== (await ask('Once more'))) throw new Refusal('the two differ; nothing was sealed')
  return secret
}

async function readLine(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk)
    if (text.includes('\n') || text.length > maxOctets) break
  }
  if (text.length > maxOctets) throw new Refusal('the secret is too long')
  return text.split(/\r?\n/)[0] ?? ''
}

function errorReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
