import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { Secret } from '../../host/secret.ts'
import type { OathAlgorithm } from '../../service/directory/oath.ts'
import { type Token, Tokens } from '../../service/directory/tokens.ts'
import { Users } from '../../service/directory/users.ts'
import { CommandError, confirmed, dataOptions, userNamed, withStore } from './context.ts'
import { json, table } from './output.ts'
import { otpauthUri, tokenShown } from './token_shown.ts'

interface DataOptions {
  readonly data: string
  readonly json: boolean
}

/** `countersign token …` */
export function addTokenVerb(program: Command): void {
  const token = program
    .command('token')
    .description('generators of passcodes: authenticator apps and hardware tokens')
  dataOptions(token.command('add <username>'))
    .description('give a user a token; its QR code is shown this once')
    .option('--totp', 'passcodes change with the time (the default)')
    .option('--hotp', 'passcodes count up')
    .addOption(
      new Option('--digits <digits>', 'length of a passcode').choices(['6', '8']).default('6'),
    )
    .addOption(
      new Option('--algorithm <name>', 'hash')
        .choices(['SHA1', 'SHA256', 'SHA512'])
        .default('SHA1'),
    )
    .addOption(
      new Option('--step <seconds>', 'how long a passcode lasts (TOTP)')
        .choices(['30', '60'])
        .default('30'),
    )
    .option('--serial <serial>', 'what stands on it')
    .option('--counter <counter>', 'where it stands (HOTP)', Number, 0)
    .option('--secret-file <file>', 'its secret in base32, - for standard input; else one is made')
    .action(add)
  dataOptions(token.command('list')).description('all tokens, and whose they are').action(list)
  dataOptions(token.command('assign <token-id> <username>'))
    .description('give a token to a user')
    .action(assign)
  dataOptions(token.command('resync <token-id> <code> <code> [code]'))
    .description('bring a HOTP token back into step by two or three codes in a row')
    .action(resync)
  dataOptions(token.command('remove <token-id>'))
    .description('remove a token')
    .option('--yes', 'without asking', false)
    .action(remove)
}

interface AddOptions extends DataOptions {
  readonly hotp?: boolean
  readonly digits: string
  readonly algorithm: OathAlgorithm
  readonly step: string
  readonly serial?: string
  readonly counter: number
  readonly secretFile?: string
}

async function add(username: string, options: AddOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const { token, secret } = await administration.together((acts) =>
      acts.createToken(user, {
        kind: options.hotp === true ? 'hotp' : 'totp',
        digits: Number(options.digits),
        algorithm: options.algorithm,
        stepSecs: Number(options.step),
        counter: options.counter,
        ...(options.serial === undefined ? {} : { serial: options.serial }),
        ...(options.secretFile === undefined ? {} : { secret: readSecret(options.secretFile) }),
      }),
    )
    const uri = otpauthUri(user.username, token, secret)
    process.stdout.write(
      asJson
        ? json({ ...tokenJson(token), otpauth_uri: uri })
        : `${token.tokenId} is added to ${user.username}\n${options.secretFile === undefined ? tokenShown(uri) : ''}`,
    )
  })
}

async function list(options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const tokens = await new Tokens(store).list()
    const names = new Map(
      (await new Users(store).list()).map(({ userId, username }) => [userId, username]),
    )
    process.stdout.write(
      asJson
        ? json(tokens.map(tokenJson))
        : table(
            ['TOKEN', 'SERIAL', 'TYPE', 'USER'],
            tokens.map((token) => [
              token.tokenId,
              token.serial,
              typeOf(token),
              names.get(token.userId ?? '') ?? '',
            ]),
            'There are no tokens yet. Add one: countersign token add alice --totp',
          ),
    )
  })
}

async function assign(tokenId: string, username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration }) => {
    const user = await userNamed(store, username)
    const assigned = await administration.together((acts) => acts.assignToken(tokenId, user))
    if (!assigned)
      throw new CommandError(`there is no token ${tokenId}; see countersign token list`)
    process.stdout.write(`${tokenId} is ${user.username}'s\n`)
  })
}

async function resync(
  tokenId: string,
  first: string,
  second: string,
  third: string | undefined,
  options: DataOptions,
): Promise<void> {
  await withStore(options, async ({ administration }) => {
    const codes = [first, second, ...(third === undefined ? [] : [third])]
    const found = await administration.together((acts) => acts.resyncToken(tokenId, codes))
    if (!found)
      throw new CommandError(
        'these are not codes in a row of that HOTP token, or they are behind its last use',
      )
    process.stdout.write(`${tokenId} is in step again\n`)
  })
}

async function remove(
  tokenId: string,
  options: DataOptions & { readonly yes: boolean },
): Promise<void> {
  await withStore(options, async ({ administration }) => {
    await confirmed(`Remove token ${tokenId}?`, options.yes)
    const removed = await administration.together((acts) => acts.removeToken(tokenId))
    if (!removed) throw new CommandError(`there is no token ${tokenId}; see countersign token list`)
    process.stdout.write(`${tokenId} is removed\n`)
  })
}

/** A secret never stands in the arguments, where every user of the machine could read it. */
function readSecret(file: string): Secret {
  try {
    return new Secret(readFileSync(file === '-' ? 0 : file, 'utf8').trim())
  } catch (error) {
    throw new CommandError(
      `--secret-file can't be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function typeOf({ kind, digits }: Token): string {
  return `${kind === 'hotp' ? 'h' : 't'}${digits}`
}

function tokenJson(token: Token) {
  return {
    token_id: token.tokenId,
    serial: token.serial,
    type: typeOf(token),
    user_id: token.userId,
  }
}
