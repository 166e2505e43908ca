import { existsSync, readFileSync, statSync } from 'node:fs'
import { isIPv4, isIPv6 } from 'node:net'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { errorText } from '../../host/error_text.ts'
import { createFile } from '../../host/replace_file.ts'
import { Secret } from '../../host/secret.ts'
import { untilStopped } from '../../host/signals.ts'
import type { ControllerAddresses } from '../../workspaces/directory/controller.ts'
import type { Knobs } from '../../workspaces/knobs/knob_table.ts'
import {
  type DirectoryType,
  defaultKnobs,
  KnobError,
  parseKnobFile,
} from '../../workspaces/knobs/knobs.ts'
import { createPassword } from '../../workspaces/primary/initial_password.ts'
import { type LdapDomain, LdapPrimary } from '../../workspaces/primary/ldap_primary.ts'
import type { PrimaryAuthentication } from '../../workspaces/primary/primary.ts'
import { type StaticUser, StaticUsers } from '../../workspaces/primary/static_users.ts'
import { parseUserFile, UserFileError } from '../../workspaces/primary/user_file.ts'
import { DataFolder } from '../../workspaces/state/data_folder.ts'
import { Workspaces } from '../../workspaces/workspaces.ts'
import { VerbError } from './run_program.ts'

interface DirectoryFlags {
  readonly data: string
  readonly port: number
  readonly name: string
  readonly type: DirectoryType
  readonly controller?: readonly ControllerAddresses[]
  readonly users?: string
  readonly ldap?: string
  readonly ldapBase?: string
  readonly ldapBind?: string
  readonly ldapBindPasswordFile?: string
  readonly ldapName: string
  readonly ldapCa?: string
  readonly knobs?: string
}

const defaultControllers = ['127.0.0.11', '127.0.0.12']

/** `workspaces directory` */
export function addDirectoryVerb(program: Command): void {
  program
    .command('directory')
    .description('run a simulated directory of WorkSpaces on this machine, until Ctrl-C')
    .option('--data <folder>', 'folder with the settings and users of the directory', 'workspaces')
    .option('--port <number>', 'port of its API and sign-in page on 127.0.0.1', readPort, 8480)
    .option('--name <domain>', 'DNS name of the domain, for a new directory', 'corp.example.com')
    .addOption(
      new Option('--type <type>', 'type of a new directory')
        .choices(['ADConnector', 'MicrosoftAD', 'SimpleAD'])
        .default('ADConnector'),
    )
    .option(
      '--controller <address>',
      `address that a controller sends from, IPv4[,IPv6]; repeat it for each (default: ${defaultControllers.join(', ')})`,
      addController,
    )
    .option('--users <file>', 'users and their passwords (default: users.json in the data folder)')
    .option('--ldap <url>', 'check passwords at this LDAP server: ldap://host:389 or ldaps://…')
    .option('--ldap-base <dn>', 'base DN of the users')
    .option('--ldap-bind <dn>', 'account that searches for users')
    .option('--ldap-bind-password-file <file>', "file whose first line is that account's password")
    .option('--ldap-name <attribute>', 'attribute with the user name', 'sAMAccountName')
    .option('--ldap-ca <file>', 'PEM of the authorities to trust for ldaps')
    .option('--knobs <file>', 'assumptions about AWS that differ from the defaults, JSON')
    .action(async (flags: DirectoryFlags) => {
      await runDirectory(flags)
    })
}

async function runDirectory(flags: DirectoryFlags): Promise<void> {
  // registered first, so that a signal sent right after the first line is not lost
  const stopped = untilStopped()
  const workspaces = await startWorkspaces(flags)
  const { directory } = workspaces
  const { identity, controllers } = directory
  const lines = [
    `directory ${identity.directoryId} (${identity.type}, ${identity.name}) on ${workspaces.url}`,
    ...controllers.map(({ name, addresses }) => `${name} sends from ${addresses.address}`),
    directory.radius === undefined
      ? `RADIUS is not enabled; enable it: workspaces enable --endpoint ${workspaces.url} --directory ${identity.directoryId} …`
      : `RADIUS is enabled, status ${directory.radius.status}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  await stopped
  await workspaces.close()
}

async function startWorkspaces(flags: DirectoryFlags): Promise<Workspaces> {
  try {
    const folder = DataFolder.open(resolve(flags.data), flags, systemClock.now())
    const { identity } = folder
    const base = folder.loadKnobs() ?? defaultKnobs(identity.type)
    const knobs = flags.knobs === undefined ? base : readKnobs(flags.knobs, base)
    const controllers = flags.controller ?? defaultPlaces()
    return await Workspaces.start({
      identity,
      controllers,
      primary: choosePrimary(flags, folder.usersFile, identity.name),
      knobs,
      store: folder,
      port: flags.port,
    })
  } catch (error) {
    if (error instanceof VerbError) throw error
    throw new VerbError(errorText(error))
  }
}

function choosePrimary(
  flags: DirectoryFlags,
  ownUsersFile: string,
  domain: string,
): PrimaryAuthentication {
  if (flags.ldap !== undefined) return new LdapPrimary(readLdapDomain(flags, flags.ldap, domain))
  if (flags.users === undefined) createFirstUser(ownUsersFile)
  return new StaticUsers(readUsers(flags.users ?? ownUsersFile), domain)
}

function readLdapDomain(flags: DirectoryFlags, url: string, domain: string): LdapDomain {
  const { ldapBase, ldapBind, ldapBindPasswordFile, ldapCa, ldapName, users } = flags
  if (users !== undefined)
    throw new VerbError('--users and --ldap exclude each other; give one of them')
  if (!/^ldaps?:\/\/[^/]+\/?$/.test(url)) {
    throw new VerbError(`--ldap ${url}: expected ldap://host:389 or ldaps://host:636`)
  }
  if (ldapBase === undefined || ldapBind === undefined || ldapBindPasswordFile === undefined) {
    throw new VerbError('--ldap needs --ldap-base, --ldap-bind and --ldap-bind-password-file')
  }
  const [bindPassword = ''] = readFileSync(ldapBindPasswordFile, 'utf8').split(/\r?\n/)
  return {
    url,
    baseDn: ldapBase,
    bindDn: ldapBind,
    bindPassword: new Secret(bindPassword),
    nameAttribute: ldapName,
    domain,
    ...(ldapCa === undefined ? {} : { ca: readFileSync(ldapCa, 'utf8') }),
  }
}

function readUsers(file: string): readonly StaticUser[] {
  const isPrivate = (statSync(file).mode & 0o077) === 0
  try {
    return parseUserFile(readFileSync(file, 'utf8'), isPrivate)
  } catch (error) {
    if (!(error instanceof UserFileError)) throw error
    throw new VerbError(namedLines(file, error.message))
  }
}

function readKnobs(file: string, base: Knobs): Knobs {
  try {
    return parseKnobFile(readFileSync(file, 'utf8'), base)
  } catch (error) {
    if (!(error instanceof KnobError)) throw error
    throw new VerbError(namedLines(file, error.message))
  }
}

/** Puts the file's name before each line. */
function namedLines(file: string, text: string): string {
  return text.replace(/^/gm, `${file}: `)
}

function createFirstUser(file: string): void {
  if (existsSync(file)) return
  const users = [{ username: 'alice', password: createPassword() }]
  createFile(file, `${JSON.stringify({ users }, undefined, 2)}\n`)
  process.stdout.write(`created the user alice; the password is in ${file}\n`)
}

function defaultPlaces(): readonly ControllerAddresses[] {
  return defaultControllers.map((address) => ({ address, addressIpv6: '::1' }))
}

function addController(
  text: string,
  before: readonly ControllerAddresses[] = [],
): ControllerAddresses[] {
  const [address = '', addressIpv6 = '::1', ...more] = text.split(',')
  if (isIPv4(address) && isIPv6(addressIpv6) && more.length === 0) {
    return [...before, { address, addressIpv6 }]
  }
  throw new InvalidArgumentError('expected an IPv4 address, or IPv4,IPv6')
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('expected a port from 0 to 65535')
}
