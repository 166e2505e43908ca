import { type Command, InvalidArgumentError, Option } from 'commander'
import { errorText } from '../../host/error_text.ts'
import { Secret } from '../../host/secret.ts'
import {
  assignToken,
  createToken,
  deleteToken,
  resyncToken,
} from '../../service/administration/acts/tokens.ts'
import {
  type HardwareToken,
  HardwareTokens,
  toHardwareToken,
} from '../../service/authenticators/hardware_tokens.ts'
import type { OathAlgorithm } from '../../service/authenticators/oath/oath_code.ts'
import { otpauthUri } from '../../service/authenticators/oath/otpauth_uri.ts'
import { Users } from '../../service/people/users.ts'
import { pages } from '../../service/store/keyset.ts'
import type { Store } from '../../service/store/store.ts'
import {
  CommandError,
  confirmed,
  type DataOptions,
  dataOptions,
  userNamed,
  withStore,
} from './context.ts'
import { readInput } from './input_file.ts'
import { loadSettings } from './organisation.ts'
import { isoTime, json, type ListView, moment, pageSize, printPages, show } from './output.ts'
import { addTokenImportVerb } from './token_import.ts'
import { tokenShown } from './token_shown.ts'

const tokenKinds = ['totp-6', 'totp-8', 'hotp-6', 'hotp-8'] as const

/** `countersign token …` */
export function addTokenVerb(program: Command): void {
  const token = program
    .command('token')
    .description('passcode tokens: authenticator apps, hardware tokens, YubiKeys')
  dataOptions(token.command('add <username>'))
    .description('add a token for a user; its QR code is shown only once')
    .addOption(
      new Option(
        '--kind <kind>',
        'time-based (totp) or counter-based (hotp), with the number of digits',
      )
        .choices(tokenKinds)
        .default('totp-6'),
    )
    .option('--totp', 'the same as --kind totp-6')
    .addOption(new Option('--hotp', 'the same as --kind hotp-6').conflicts('totp'))
    .addOption(
      new Option('--algorithm <name>', 'hash')
        .choices(['SHA1', 'SHA256', 'SHA512'])
        .default('SHA1'),
    )
    .addOption(
      new Option('--step <seconds>', 'time step of the token (TOTP)')
        .choices(['30', '60'])
        .default('30'),
    )
    .option('--serial <serial>', 'serial number printed on the token')
    .option('--counter <counter>', 'current counter (HOTP)', readCounter, 0)
    .option(
      '--secret-file <file>',
      'file with the secret in base32, - for standard input (default: a new secret)',
    )
    .action(add)
  addTokenImportVerb(token)
  dataOptions(token.command('list'))
    .description('list all tokens with their users')
    .option('--unassigned', 'only tokens without a user', false)
    .action(list)
  dataOptions(token.command('assign <serial> <username>'))
    .description('assign a token to a user, by its serial or identifier')
    .action(assign)
  dataOptions(token.command('unassign <serial>'))
    .description('unassign a token from its user')
    .action(unassign)
  dataOptions(token.command('resync <serial> <code> <code> [code]'))
    .description('resynchronise an HOTP token with two or three consecutive codes')
    .action(resync)
  dataOptions(token.command('remove <serial>'))
    .description('remove a token')
    .option('--yes', 'do not ask for confirmation', false)
    .action(remove)
}

interface AddOptions extends DataOptions {
  readonly kind: (typeof tokenKinds)[number]
  readonly totp?: boolean
  readonly hotp?: boolean
  readonly algorithm: OathAlgorithm
  readonly step: string
  readonly serial?: string
  readonly counter: number
  readonly secretFile?: string
}

async function add(username: string, options: AddOptions): Promise<void> {
  await withStore(options, async ({ store, location, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const kind = options.hotp === true ? 'hotp-6' : options.totp === true ? 'totp-6' : options.kind
    const { token, secret } = await administration.run(createToken, {
      user,
      token: {
        kind: kind.startsWith('hotp') ? 'hotp' : 'totp',
        digits: kind.endsWith('8') ? 8 : 6,
        algorithm: options.algorithm,
        stepSecs: Number(options.step),
        counter: options.counter,
        ...(options.serial === undefined ? {} : { serial: options.serial }),
        ...(options.secretFile === undefined
          ? {}
          : { secret: await readSecret(options.secretFile) }),
      },
    })
    const issuer = (await loadSettings({ store, location })).get('name')
    const uri = otpauthUri(issuer, user.username, token, secret)
    process.stdout.write(
      asJson
        ? json({ ...tokenJson(toHardwareToken(token)), otpauth_uri: uri })
        : `${token.tokenId} added to ${user.username}\n${options.secretFile === undefined ? tokenShown(uri) : ''}`,
    )
  })
}

async function list(options: DataOptions & { readonly unassigned: boolean }): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const tokens = new HardwareTokens(store)
    const users = new Users()
    const listed = pages(async (after) => {
      const request = { limit: pageSize, after, unassigned: options.unassigned }
      const page = await tokens.page(request, store.db)
      const userIds = page.items.flatMap(({ userId }) => userId ?? [])
      const names = await users.usernames(userIds, store.db)
      const items = page.items.map((token) => ({
        token,
        username: names.get(token.userId ?? '') ?? '',
      }))
      return { ...page, items }
    })
    const empty = options.unassigned
      ? 'All tokens are assigned. Import more: countersign token import FILE'
      : 'There are no tokens yet. Add one: countersign token add alice --totp'
    await printPages(listed, { ...view, empty }, asJson)
  })
}

interface ListedToken {
  readonly token: HardwareToken
  readonly username: string
}

const view: Omit<ListView<ListedToken>, 'empty'> = {
  heads: ['TOKEN', 'SERIAL', 'KIND', 'USER', 'EXPIRES'],
  row: ({ token: { tokenId, serial, kind, expires }, username }) => [
    tokenId,
    serial,
    kind,
    username,
    moment(expires),
  ],
  json: ({ token }) => tokenJson(token),
}

async function assign(serial: string, username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const token = await tokenNamed(store, serial)
    const user = await userNamed(store, username)
    if (token.phoneId !== null)
      throw new CommandError(`${serial} is part of a phone and can't be assigned`)
    if (token.userId !== null && token.userId !== user.userId) {
      const holder = await new Users().byId(token.userId, store.db)
      throw new CommandError(
        `${serial} is assigned to ${holder?.username ?? 'another user'}; unassign it first: countersign token unassign ${serial}`,
      )
    }
    await administration.run(assignToken, { tokenId: token.tokenId, user })
    show(
      asJson,
      tokenJson({ ...token, userId: user.userId }),
      `${serial} assigned to ${user.username}`,
    )
  })
}

async function unassign(serial: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const token = await tokenNamed(store, serial)
    if (token.userId === null) throw new CommandError(`${serial} is not assigned to a user`)
    if (token.phoneId !== null)
      throw new CommandError(`${serial} is part of a phone; remove the phone instead`)
    await administration.run(assignToken, { tokenId: token.tokenId, user: undefined })
    show(asJson, tokenJson({ ...token, userId: null }), `${serial} unassigned`)
  })
}

async function resync(
  serial: string,
  first: string,
  second: string,
  third: string | undefined,
  options: DataOptions,
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const token = await tokenNamed(store, serial)
    const { tokenId, kind } = token
    if (!kind.startsWith('hotp')) {
      throw new CommandError(
        kind === 'yubikey'
          ? 'a YubiKey needs no resynchronisation: its passcodes contain the counter'
          : 'only HOTP tokens need resynchronisation; the drift of TOTP tokens is corrected automatically',
      )
    }
    const codes = [first, second, ...(third === undefined ? [] : [third])]
    const found = await administration.run(resyncToken, { tokenId, codes })
    if (!found)
      throw new CommandError(
        'these are not consecutive codes of that HOTP token, or they are older than its last use',
      )
    show(asJson, tokenJson(token), `${serial} resynchronised`)
  })
}

async function remove(
  serial: string,
  options: DataOptions & { readonly yes: boolean },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const token = await tokenNamed(store, serial)
    const { tokenId } = token
    await confirmed(`Remove token ${serial}?`, options.yes)
    await administration.run(deleteToken, { tokenId })
    show(asJson, { ...tokenJson(token), removed: true }, `${serial} removed`)
  })
}

/** The token of that serial or identifier. @throws {CommandError} if there is none, or more than one. */
async function tokenNamed(store: Store, name: string): Promise<HardwareToken> {
  const [token, ...others] = await new HardwareTokens(store).named(name, store.db)
  if (token === undefined)
    throw new CommandError(`there is no token ${name}; see countersign token list`)
  if (others.length === 0) return token
  const each = [token, ...others].map(({ tokenId, kind }) => `${tokenId} (${kind})`).join(', ')
  throw new CommandError(
    `several tokens have the serial ${name}; use the identifier instead: ${each}`,
  )
}

function readCounter(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected an integer')
}

/** Not from an argument, because every user of the machine can read those. */
async function readSecret(file: string): Promise<Secret> {
  try {
    return new Secret((await readInput(file)).toString('utf8').trim())
  } catch (error) {
    throw new CommandError(`--secret-file can't be read: ${errorText(error)}`)
  }
}

function tokenJson({ tokenId, serial, kind, userId, expires }: HardwareToken) {
  return {
    token_id: tokenId,
    serial,
    kind,
    user_id: userId,
    expires: isoTime(expires),
  }
}
