import { type Command, Option } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { setAliases } from '../../service/administration/acts/aliases.ts'
import { createBypassCodes } from '../../service/administration/acts/bypass_codes.ts'
import { createToken } from '../../service/administration/acts/tokens.ts'
import {
  createUser,
  lockUser,
  unlockUser,
  updateUser,
} from '../../service/administration/acts/users.ts'
import { HardwareTokens } from '../../service/authenticators/hardware_tokens.ts'
import { otpauthUri } from '../../service/authenticators/oath/otpauth_uri.ts'
import { Phones } from '../../service/authenticators/phone/phones.ts'
import { Groups } from '../../service/people/groups.ts'
import type { KeptStatus, User } from '../../service/people/user.ts'
import { Users } from '../../service/people/users.ts'
import { bypassValidSecs } from './bypass.ts'
import {
  CommandError,
  type Context,
  type DataOptions,
  dataOptions,
  userNamed,
  withStore,
} from './context.ts'
import { readCount, readDuration } from './duration.ts'
import { addInvite } from './invite.ts'
import { readMailOption } from './mail_option.ts'
import { loadSettings } from './organisation.ts'
import { json, moment, show as showResult, table } from './output.ts'
import { tokenShown } from './token_shown.ts'
import { addUserImportVerb } from './user_import.ts'
import { userJson } from './user_json.ts'
import { listUsers } from './user_list.ts'
import { addTrashVerbs } from './user_trash.ts'

const settableStatuses = ['active', 'bypass', 'disabled'] as const

/** `countersign user …` */
export function addUserVerb(program: Command): void {
  const user = program.command('user').description('users who sign in')
  dataOptions(user.command('add <username>'))
    .description('add a user, optionally with a token or bypass codes')
    .option('--realname <name>', 'full name')
    .option('--email <address>', 'mail address', readMailOption)
    .option('--alias <name...>', 'additional names of the user')
    .option('--totp', 'create a time-based token (TOTP) and show its QR code')
    .option('--hotp', 'create a counter-based token (HOTP) and show its QR code')
    .option('--bypass <count>', 'create bypass codes, valid for 24 hours', readCount)
    .action(add)
  dataOptions(user.command('list'))
    .description('list all users, with their devices, invitations and locks')
    .option(
      '--search <text>',
      'only users with a name or mail address that has a word beginning with this text',
    )
    .option('--bypass', 'only users who sign in without a second factor, and until when', false)
    .option('--trash', 'the users in the trash', false)
    .option('--not-enrolled', 'only users without a device to sign in with', false)
    .action(listUsers)
  dataOptions(user.command('show <username>'))
    .description('show a user with all devices')
    .action(show)
  addInvite(user)
  addUserImportVerb(user)
  dataOptions(user.command('edit <username>'))
    .description('change a user')
    .option('--username <name>', 'new user name')
    .option('--realname <name>', 'full name')
    .option('--email <address>', 'mail address', readMailOption)
    .addOption(
      new Option('--status <status>', 'whether they may sign in').choices(settableStatuses),
    )
    .option(
      '--bypass-for <duration>',
      'with --status bypass: how long, like 8h or 3d; 0 for no end (default: 24h)',
      readDuration,
    )
    .option('--notes <text>', 'notes for administrators')
    .action(edit)
  dataOptions(user.command('alias <username> [alias...]'))
    .description("replace a user's aliases; without any, remove them")
    .action(alias)
  dataOptions(user.command('unlock <username>'))
    .description('end the lockouts after wrong passcodes')
    .action(unlock)
  dataOptions(user.command('lock <username>'))
    .description('lock a user out until an administrator unlocks them')
    .action(lock)
  addTrashVerbs(user)
}

interface AddOptions extends DataOptions {
  readonly realname?: string
  readonly email?: string
  readonly alias?: readonly string[]
  readonly totp?: boolean
  readonly hotp?: boolean
  readonly bypass?: number
}

async function add(username: string, options: AddOptions): Promise<void> {
  await withStore(options, async ({ store, location, administration, json: asJson }) => {
    const { realname = '', email = '', alias = [], bypass = 0 } = options
    const issuer = (await loadSettings({ store, location })).get('name')
    const made = await administration.together(async (run) => {
      const user = await run(createUser, { username, realname, email, aliases: alias })
      const kinds = [
        ...(options.totp === true ? ['totp' as const] : []),
        ...(options.hotp === true ? ['hotp' as const] : []),
      ]
      const uris: string[] = []
      for (const kind of kinds) {
        const { token, secret } = await run(createToken, { user, token: { kind } })
        uris.push(otpauthUri(issuer, user.username, token, secret))
      }
      const { codes } =
        bypass === 0
          ? { codes: [] }
          : await run(createBypassCodes, {
              user,
              codes: {
                count: bypass,
                reuseCount: 1,
                validSecs: bypassValidSecs,
                preserveExisting: false,
              },
            })
      return { user, uris, codes }
    })
    if (asJson) {
      process.stdout.write(
        json({ ...userJson(made.user), otpauth_uris: made.uris, bypass_codes: made.codes }),
      )
      return
    }
    process.stdout.write(`${made.user.username} added (${made.user.userId})\n`)
    for (const uri of made.uris) process.stdout.write(tokenShown(uri))
    if (made.codes.length > 0)
      process.stdout.write(
        `\nBypass codes; each works once, for 24 hours:\n${made.codes.map((code) => `  ${code}\n`).join('')}`,
      )
    if (made.uris.length + made.codes.length === 0) {
      process.stdout.write(
        `Add a token to sign in with: countersign token add ${made.user.username} --totp\n`,
      )
    }
  })
}

async function show(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async (context) => {
    const user = await userNamed(context.store, username)
    const details = await listDevices(context, user)
    if (context.json) {
      process.stdout.write(json({ ...userJson(user), ...details }))
      return
    }
    process.stdout.write(
      `${user.username}  ${user.status}  ${user.userId}\n` +
        `name      ${user.realname || '-'}\nmail      ${user.email || '-'}\n` +
        `aliases   ${user.aliases.join(' ') || '-'}\ngroups    ${details.groups.map(({ name, status }) => `${name} (${status})`).join(' ') || '-'}\n` +
        `created   ${moment(user.created)}\nsigned in ${moment(user.lastLogin) || 'never'}\n\n`,
    )
    process.stdout.write(
      table(
        ['PHONE', 'NUMBER', 'NAME', 'PLATFORM'],
        details.phones.map(({ phone_id, number, name, platform }) => [
          phone_id,
          number,
          name,
          platform,
        ]),
        `No phones. Add one: countersign phone add ${user.username} --number +15550101234`,
      ),
    )
    process.stdout.write(
      table(
        ['TOKEN', 'SERIAL', 'KIND'],
        details.tokens.map(({ token_id, serial, kind }) => [token_id, serial, kind]),
        `No tokens. Add one: countersign token add ${user.username} --totp`,
      ),
    )
  })
}

async function listDevices({ store }: Context, user: User) {
  const phones = await new Phones().ofUser(user.userId, store.db)
  const tokens = await new HardwareTokens(store).ofUser(user.userId, store.db)
  const groups = await new Groups().ofUser(user.userId, store.db)
  return {
    groups: groups.map(({ groupId, name, status }) => ({ group_id: groupId, name, status })),
    phones: phones.map(({ phoneId, number, name, platform }) => ({
      phone_id: phoneId,
      number,
      name,
      platform,
    })),
    tokens: tokens.map(({ tokenId, serial, kind }) => ({ token_id: tokenId, serial, kind })),
  }
}

interface EditOptions extends DataOptions {
  readonly username?: string
  readonly realname?: string
  readonly email?: string
  readonly status?: KeptStatus
  /** Seconds. */
  readonly bypassFor?: number
  readonly notes?: string
}

async function edit(username: string, options: EditOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const change = {
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.realname === undefined ? {} : { realname: options.realname }),
      ...(options.email === undefined ? {} : { email: options.email }),
      ...(options.status === undefined ? {} : { status: options.status }),
      ...(options.notes === undefined ? {} : { notes: options.notes }),
      ...(options.bypassFor === undefined
        ? {}
        : { bypassUntil: bypassEnd(options.bypassFor, systemClock.now()) }),
    }
    if (options.bypassFor !== undefined && options.status !== 'bypass')
      throw new CommandError('--bypass-for is an option of --status bypass')
    if (Object.keys(change).length === 0)
      throw new CommandError('nothing to change; see countersign user edit --help')
    await administration.run(updateUser, { user, change })
    const changed = (await new Users().byId(user.userId, store.db)) ?? user
    showResult(asJson, userJson(changed), `${user.username} changed${bypassText(changed)}`)
  })
}

async function alias(
  username: string,
  aliases: readonly string[],
  options: DataOptions,
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    await administration.run(setAliases, { user, aliases })
    showResult(
      asJson,
      userJson({ ...user, aliases }),
      `names of ${user.username}: ${[user.username, ...aliases].join(', ')}`,
    )
  })
}

async function unlock(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    await administration.run(unlockUser, { user })
    const status = user.status === 'locked out' ? 'active' : user.status
    showResult(asJson, userJson({ ...user, status }), `${user.username} unlocked`)
  })
}

async function lock(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    await administration.run(lockUser, { user })
    const locked = { ...user, status: 'locked out' as const }
    showResult(asJson, userJson(locked), `${user.username} locked out`)
  })
}

function bypassEnd(secs: number, now: number): number | null {
  return secs === 0 ? null : now + secs * 1000
}

function bypassText({ bypass }: User): string {
  if (bypass === null) return ''
  return bypass.until === null
    ? '; in bypass without an end'
    : `; in bypass until ${moment(bypass.until)}`
}
