import { statSync } from 'node:fs'
import { confirm, isCancel, password } from '@clack/prompts'
import { Command } from 'commander'
import { formatProblem } from '../config/problem.ts'
import { errorText } from '../host/error_text.ts'
import { ownInstallation } from '../host/installation.ts'
import { printable } from '../host/printable.ts'
import { readConfigFile } from '../host/regular_file.ts'
import { replaceFile } from '../host/replace_file.ts'
import type { Secret } from '../host/secret.ts'
import { version } from '../host/version.ts'
import { protectConfig } from '../proxy/sections/protect_config.ts'
import {
  keyFileFor,
  ProtectedValueError,
  protect,
  readOrMakeKey,
} from '../proxy/sections/protected_value.ts'

const maxOctets = 4096

/** Printed on standard error. The exit status is 1, or 2 for a wrong call. */
class Refusal extends Error {
  readonly status: number

  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

await new Command('authproxy_passwd')
  .description(
    'Encrypts secrets for authproxy.cfg. Asks for a secret (or reads one line from standard input) and ' +
      'prints the value for skey_protected=, radius_secret_protected_1=, …',
  )
  .option(
    '--config <file>',
    'configuration file; the key is in authproxy.key in the same folder',
    ownInstallation().configFile,
  )
  .option('--whole-config', 'encrypt every secret in the configuration file, in place')
  .option('-y', 'with --whole-config: do not ask for confirmation')
  .argument('[secret...]', 'refused: every user can read the command line of a process')
  .version(version)
  .action(async (words: string[], options: { config: string; wholeConfig?: true; y?: true }) => {
    try {
      if (words.length > 0) {
        throw new Refusal(
          'every user of this machine can read a secret in the command line (ps), and the shell keeps it ' +
            'in its history; run without arguments and type the secret, or pipe it in',
          2,
        )
      }
      await (options.wholeConfig
        ? encryptConfig(options.config, options.y === true)
        : encryptOne(options.config))
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof ProtectedValueError)) throw error
      process.stderr.write(`authproxy_passwd: ${error.message}\n`)
      process.exitCode = error instanceof Refusal ? error.status : 1
    }
  })
  .parseAsync()

async function encryptOne(config: string): Promise<void> {
  const secret = process.stdin.isTTY ? await askSecret() : await readLine()
  if (secret === '') throw new Refusal('the secret is empty; nothing was encrypted')
  process.stdout.write(`${protect(secret, findKey(config))}\n`)
}

async function encryptConfig(file: string, withoutAsking: boolean): Promise<void> {
  const before = readConfig(file)
  if (!withoutAsking) await confirmEncryption(file)
  const { text, sealed, problems } = protectConfig(before, file, findKey(file))
  for (const problem of problems) process.stderr.write(`${printable(formatProblem(problem))}\n`)
  if (problems.some(({ severity }) => severity === 'error')) {
    throw new Refusal(`${file} is unchanged; correct it first`, 2)
  }
  if (sealed.length === 0) {
    process.stdout.write(`${file} has no plain secret; it is unchanged\n`)
    return
  }
  try {
    replaceFile(file, text)
  } catch (error) {
    throw new Refusal(`${file} is unchanged: ${errorText(error)}`)
  }
  process.stdout.write(`${sealed.join('\n')}\n`)
}

async function confirmEncryption(file: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Refusal('no terminal for a confirmation; add -y', 2)
  const message = `Encrypt every secret in ${file}? They can then be read only with ${keyFileFor(file)}.`
  if ((await confirm({ message, output: process.stderr })) !== true) {
    throw new Refusal(`${file} is unchanged`)
  }
}

function readConfig(file: string): string {
  try {
    return readConfigFile(file).toString('utf8')
  } catch (error) {
    throw new Refusal(`the configuration can't be read: ${errorText(error)}; name it with --config`)
  }
}

/** The key in the folder of the configuration; a new one belongs to the owner of the configuration. */
function findKey(config: string): Secret {
  const owner = statSync(config, { throwIfNoEntry: false })
  return readOrMakeKey(keyFileFor(config), owner)
}

/** Asks twice, because the terminal does not show the secret. */
async function askSecret(): Promise<string> {
  const ask = async (message: string): Promise<string> => {
    const answer = await password({ message, mask: '', output: process.stderr })
    if (isCancel(answer)) throw new Refusal('nothing was encrypted')
    return answer ?? ''
  }
  const secret = await ask('Secret (not shown)')
  if (secret !== (await ask('Repeat the secret')))
    throw new Refusal('the two secrets differ; nothing was encrypted')
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
