import { userInfo } from 'node:os'
import { confirm, isCancel } from '@clack/prompts'
import type { Command } from 'commander'
import { systemClock } from '../../host/clock.ts'
import type { Actor } from '../../service/administration/act.ts'
import { Administration } from '../../service/administration/administration.ts'
import { AdministrationError } from '../../service/administration/administration_error.ts'
import { builtInRole } from '../../service/administration/roles.ts'
import { AdministratorError } from '../../service/administrators/administrator.ts'
import { AccessError } from '../../service/applications/access_error.ts'
import {
  ConfigurationError,
  type DataLocation,
  type LocationOptions,
  locateData,
} from '../../service/config/data_location.ts'
import { DirectoryError, type User } from '../../service/people/user.ts'
import { Users } from '../../service/people/users.ts'
import { SettingError } from '../../service/settings/setting_error.ts'
import { pages } from '../../service/store/keyset.ts'
import { Store } from '../../service/store/store.ts'
import { StoreError } from '../../service/store/store_error.ts'
import { pageSize, suggestWord } from './output.ts'

/** Thrown if a verb can't do its work; the message is one line that says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

export interface Context {
  readonly store: Store
  readonly location: DataLocation
  readonly administration: Administration
  /** Print for scripts. */
  readonly json: boolean
}

export interface DataOptions extends LocationOptions {
  readonly json: boolean
}

/** The options that say where the data is. */
export function locationOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'the data folder (default: COUNTERSIGN_DATA, or "data")')
    .option('--config <file>', 'countersign.cfg (default: the one in the data folder, if any)')
}

/** The options of every verb that works on data. */
export function dataOptions(command: Command): Command {
  return locationOptions(command).option('--json', 'print JSON, for scripts', false)
}

/** Opens the data for one verb, and closes it again. @throws {StoreError} if there is none. */
export async function withStore<Result>(
  options: LocationOptions & { readonly json?: boolean },
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const location = locateData(options)
  const store = await Store.open({ ...location, migrate: true, mustExist: true })
  try {
    const administration = new Administration(store, systemClock, cliActor())
    return await work({ store, location, administration, json: options.json ?? false })
  } finally {
    await store.close()
  }
}

/** A person who can open the data acts as an Owner, under the name of their account on this machine. */
export function cliActor(): Actor {
  return { name: `cli:${userInfo().username}`, role: builtInRole('Owner') }
}

/** Runs a program. An expected error prints one line and sets exit status 1. */
export async function runProgram(program: Command): Promise<void> {
  pointToHelp(program, program.name())
  try {
    await program.parseAsync()
  } catch (error) {
    const foreseen =
      error instanceof CommandError ||
      error instanceof ConfigurationError ||
      error instanceof StoreError ||
      error instanceof DirectoryError ||
      error instanceof AccessError ||
      error instanceof AdministrationError ||
      error instanceof SettingError ||
      error instanceof AdministratorError ||
      (error instanceof Error && error.name === 'FirstRunError') ||
      (error instanceof Error && error.name === 'ServiceError')
    if (!foreseen) throw error
    process.stderr.write(`${program.name()}: ${error.message}\n`)
    process.exitCode = 1
  }
}

/** Makes each usage error name the help of its own verb. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(see '${path} --help')`)
  for (const verb of command.commands) pointToHelp(verb, `${path} ${verb.name()}`)
}

/** The user of that name or alias. @throws {CommandError} with the name that was probably meant. */
export async function userNamed(store: Store, name: string): Promise<User> {
  const users = new Users()
  const user = (await users.byName(name, store.db)) ?? (await users.byId(name, store.db))
  if (user !== undefined) return user
  const known = pages((after) => users.page({ limit: pageSize, after }, store.db))
  throw await notFound('user', name, known, ({ username }) => username)
}

/** The error for an unknown name, with the known one that was probably meant. */
export async function notFound<Item>(
  what: string,
  name: string,
  known: AsyncIterable<readonly Item[]>,
  nameOf: (item: Item) => string,
): Promise<CommandError> {
  for await (const items of known) {
    const close = suggestWord(name, items.map(nameOf))
    if (close === undefined) continue
    return new CommandError(`there is no ${what} '${name}'; did you mean ${close}?`)
  }
  return new CommandError(`there is no ${what} '${name}'`)
}

/** Asks before something is removed; without a terminal, `--yes` must be given. */
export async function confirmed(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY) throw new CommandError(`${question} Add --yes to confirm`)
  const answer = await confirm({ message: question, initialValue: false })
  if (isCancel(answer) || !answer) throw new CommandError('nothing was changed')
}
