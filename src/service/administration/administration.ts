import type { Clock } from '../../host/clock.ts'
import type { Secret } from '../../host/secret.ts'
import {
  type Integration,
  type IntegrationSettings,
  Integrations,
  type NewIntegration,
} from '../applications/integrations.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import { BypassCodes, type NewBypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import {
  assignToHolders,
  type Handed,
  type HeldToken,
} from '../authenticators/oath/listed_holders.ts'
import {
  type ListedToken,
  type NewToken,
  type Token,
  Tokens,
} from '../authenticators/oath/oath_tokens.ts'
import { type Phone, Phones } from '../authenticators/phone/phones.ts'
import type { Imported, ImportOptions } from '../authenticators/token_files/token_import.ts'
import { type NewYubikey, Yubikeys } from '../authenticators/yubikey/yubikeys.ts'
import { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import { Invitations } from '../people/enrolment/invitations.ts'
import { type Group, type GroupStatus, Groups } from '../people/groups.ts'
import type { User } from '../people/user.ts'
import { requireNewName } from '../people/user_names.ts'
import { type NewUser, Users } from '../people/users.ts'
import { endLocks } from '../sign_in/lockout.ts'
import type { Store, StoreDb } from '../store/store.ts'

/**
 * The acts of administrators. Each act and its log entry are one transaction, from every interface, so
 * that nothing is done without a trace.
 */
export class Administration {
  readonly #store: Store
  readonly #clock: Clock
  readonly #actor: string
  readonly #log: AdministratorLog
  readonly #users: Users
  readonly #groups: Groups
  readonly #phones: Phones
  readonly #tokens: Tokens
  readonly #yubikeys: Yubikeys
  readonly #bypassCodes: BypassCodes
  readonly #integrations: Integrations
  readonly #invitations: Invitations
  readonly #activationCodes: ActivationCodes

  /** @param actor The acting account, as the log names it: `cli:root`. */
  constructor(store: Store, clock: Clock, actor: string) {
    this.#store = store
    this.#clock = clock
    this.#actor = actor
    this.#log = new AdministratorLog(store)
    this.#users = new Users(store)
    this.#groups = new Groups(store)
    this.#phones = new Phones(store)
    this.#tokens = new Tokens(store)
    this.#yubikeys = new Yubikeys(store)
    this.#bypassCodes = new BypassCodes(store)
    this.#integrations = new Integrations(store)
    this.#invitations = new Invitations(store)
    this.#activationCodes = new ActivationCodes(store)
  }

  /** Several acts in one transaction: all of them happen, or none. */
  async together<Result>(work: (acts: AdministrationActs) => Promise<Result>): Promise<Result> {
    return await this.#store.transaction((db) => work(this.#acts(db)))
  }

  #acts(db: StoreDb): AdministrationActs {
    const now = this.#clock.now()
    const done = async <Result>(
      action: string,
      object: string,
      description: string,
      result: Result,
    ): Promise<Result> => {
      await this.#log.append(
        { timestamp: now, actor: this.#actor, action, object, description },
        db,
      )
      return result
    }
    return {
      createUser: async (user) => {
        const created = await this.#users.create(user, now, db)
        return await done('user_create', created.username, '', created)
      },
      updateUser: async (user, change) => {
        await this.#users.update(user.userId, change, db)
        return await done('user_update', user.username, described(change), undefined)
      },
      setAliases: async (user, aliases) => {
        await this.#users.setAliases(user.userId, aliases, db)
        return await done('user_update', user.username, `aliases=${aliases.join(' ')}`, undefined)
      },
      unlockUser: async (user) => {
        await endLocks(user.userId, db)
        if (user.status === 'locked out')
          await this.#users.update(user.userId, { status: 'active' }, db)
        return await done('user_unlock', user.username, '', undefined)
      },
      removeUser: async (user) => {
        await this.#users.remove(user.userId, db)
        return await done('user_delete', user.username, '', undefined)
      },
      addPhone: async (user, phone) => {
        const added = await this.#phones.add(user.userId, phone, now, db)
        return await done('phone_create', user.username, added.phoneId, added)
      },
      reorderPhones: async (user, phoneIds) => {
        await this.#phones.reorder(user.userId, phoneIds, db)
        return await done('phone_reorder', user.username, phoneIds.join(' '), undefined)
      },
      activatePhone: async ({ phoneId, userId }, validSecs) => {
        const expires = now + validSecs * 1000
        const code = await this.#activationCodes.create(userId, phoneId, expires, now, db)
        return await done('phone_activation_create', phoneId, `valid_secs=${validSecs}`, {
          code,
          expires,
        })
      },
      invite: async (username, userId, validSecs) => {
        if (userId === null) await requireNewName(username, 'none', db)
        const code = await this.#invitations.create(
          { username, userId, ikey: null, validSecs, createdBy: this.#actor },
          now,
          db,
        )
        return await done('user_invite', username, `valid_secs=${validSecs}`, code)
      },
      removePhone: async (phoneId) => {
        const removed = await this.#phones.remove(phoneId, db)
        return await done('phone_delete', phoneId, removed ? '' : 'not found', removed)
      },
      createToken: async (user, token) => {
        const created = await this.#tokens.create(user?.userId ?? null, token, now, db)
        const { tokenId, kind, digits } = created.token
        return await done(
          'hardtoken_create',
          tokenId,
          `user=${user?.username ?? ''} ${kind} ${digits}`,
          created,
        )
      },
      importTokens: async (file, tokens, options) => {
        const imported = await this.#tokens.import(tokens, options, now, db)
        for (const line of importLines(imported)) await done('hardtoken_import', file, line, null)
        return imported
      },
      assignListed: async (tokens) => {
        const handed = await assignToHolders(tokens, this.#users, db)
        for (const { tokenId, username } of handed.assigned)
          await done('hardtoken_assign', tokenId, `user=${username}`, null)
        return handed
      },
      importYubikeys: async (file, yubikeys, options) => {
        const imported = await this.#yubikeys.import(yubikeys, options, now, db)
        for (const line of importLines(imported)) await done('hardtoken_import', file, line, null)
        return imported
      },
      assignToken: async (tokenId, user) => {
        const userId = user?.userId ?? null
        const assigned =
          (await this.#tokens.assign(tokenId, userId, db)) ||
          (await this.#yubikeys.assign(tokenId, userId, db))
        return await done('hardtoken_assign', tokenId, `user=${user?.username ?? ''}`, assigned)
      },
      resyncToken: async (tokenId, codes) => {
        const found = await this.#tokens.resync(tokenId, codes, db)
        return await done('hardtoken_resync', tokenId, found ? 'in step' : 'codes not found', found)
      },
      removeToken: async (tokenId) => {
        const removed =
          (await this.#tokens.remove(tokenId, db)) || (await this.#yubikeys.remove(tokenId, db))
        return await done('hardtoken_delete', tokenId, removed ? '' : 'not found', removed)
      },
      createBypassCodes: async (user, codes) => {
        const { userId, username } = user
        const replaced = codes.preserveExisting
          ? 0
          : await this.#bypassCodes.countUsable(userId, now, db)
        const created = { ...codes, createdBy: this.#actor }
        const made = await this.#bypassCodes.create(userId, created, now, db)
        const description = `count=${made.length} replaced=${replaced}`
        return await done('bypass_create', username, description, { codes: made, replaced })
      },
      removeBypassCodes: async (user) => {
        await this.#bypassCodes.removeOfUser(user.userId, db)
        return await done('bypass_delete', user.username, 'all', undefined)
      },
      createGroup: async (name, status, description) => {
        const group = await this.#groups.create(name, status, description, db)
        return await done('group_create', name, `status=${status}`, group)
      },
      setGroupStatus: async (group, status) => {
        await this.#groups.setStatus(group.groupId, status, db)
        return await done('group_update', group.name, `status=${status}`, undefined)
      },
      addMember: async (group, user) => {
        await this.#groups.addMember(group.groupId, user.userId, db)
        return await done('group_member_add', group.name, user.username, undefined)
      },
      removeMember: async (group, user) => {
        await this.#groups.removeMember(group.groupId, user.userId, db)
        return await done('group_member_remove', group.name, user.username, undefined)
      },
      removeGroup: async (group) => {
        await this.#groups.remove(group.groupId, db)
        return await done('group_delete', group.name, '', undefined)
      },
      createIntegration: async (integration) => {
        const created = await this.#integrations.create(integration, now, db)
        return await done(
          'integration_create',
          created.name,
          `${created.ikey} ${created.type}`,
          created,
        )
      },
      updateIntegration: async (integration, change) => {
        await this.#integrations.update(integration.ikey, change, db)
        return await done('integration_update', integration.name, described(change), undefined)
      },
      rotateSkey: async (integration) => {
        const skey = await this.#integrations.rotateSkey(integration.ikey, db)
        return await done('integration_skey_rotate', integration.name, integration.ikey, skey)
      },
      removeIntegration: async (integration) => {
        await this.#integrations.remove(integration.ikey, db)
        return await done('integration_delete', integration.name, integration.ikey, undefined)
      },
    }
  }
}

/** The acts; each of them is logged. */
export interface AdministrationActs {
  createUser(user: NewUser): Promise<User>
  updateUser(
    user: User,
    change: Partial<Pick<User, 'username' | 'realname' | 'email' | 'status'>>,
  ): Promise<void>
  setAliases(user: User, aliases: readonly string[]): Promise<void>
  unlockUser(user: User): Promise<void>
  removeUser(user: User): Promise<void>
  addPhone(
    user: User,
    phone: { readonly number?: string; readonly name?: string; readonly platform?: string },
  ): Promise<Phone>
  reorderPhones(user: User, phoneIds: readonly string[]): Promise<void>
  /** @returns The code, which can't be read again, and when it expires. */
  activatePhone(
    phone: Phone,
    validSecs: number,
  ): Promise<{ readonly code: string; readonly expires: number }>
  /**
   * @param userId `null` for a name that becomes a user by the invitation.
   * @returns The code of the link, which can't be read again.
   */
  invite(username: string, userId: string | null, validSecs: number): Promise<string>
  removePhone(phoneId: string): Promise<boolean>
  createToken(
    user: User | undefined,
    token: NewToken,
  ): Promise<{ readonly token: Token; readonly secret: string }>
  /** @param file Its name, for the log. */
  importTokens(
    file: string,
    tokens: readonly ListedToken[],
    options: ImportOptions,
  ): Promise<Imported>
  /** Assigns imported tokens to the users that the file names. */
  assignListed(tokens: readonly HeldToken[]): Promise<Handed>
  importYubikeys(
    file: string,
    yubikeys: readonly NewYubikey[],
    options: ImportOptions,
  ): Promise<Imported>
  /** Assigns a token or YubiKey. @param user `undefined` to unassign it. */
  assignToken(tokenId: string, user: User | undefined): Promise<boolean>
  resyncToken(tokenId: string, codes: readonly string[]): Promise<boolean>
  removeToken(tokenId: string): Promise<boolean>
  /** @returns The codes, which can't be read again, and how many usable ones they replace. */
  createBypassCodes(
    user: User,
    codes: Omit<NewBypassCodes, 'createdBy'>,
  ): Promise<{ readonly codes: readonly string[]; readonly replaced: number }>
  removeBypassCodes(user: User): Promise<void>
  createGroup(name: string, status: GroupStatus, description: string): Promise<Group>
  setGroupStatus(group: Group, status: GroupStatus): Promise<void>
  addMember(group: Group, user: User): Promise<void>
  removeMember(group: Group, user: User): Promise<void>
  removeGroup(group: Group): Promise<void>
  createIntegration(integration: NewIntegration): Promise<Integration>
  updateIntegration(integration: Integration, change: Partial<IntegrationSettings>): Promise<void>
  rotateSkey(integration: Integration): Promise<Secret>
  removeIntegration(integration: Integration): Promise<void>
}

const serialsInLine = 100

/** The log entries of an import: counts, then all serials, a limited number per entry. */
function* importLines({ added, replaced, skipped }: Imported): Generator<string> {
  yield `added=${added.length} replaced=${replaced.length} skipped=${skipped.length}`
  for (const [what, serials] of [
    ['added', added],
    ['replaced', replaced],
  ] as const) {
    for (let start = 0; start < serials.length; start += serialsInLine) {
      yield `${what}: ${serials.slice(start, start + serialsInLine).join(', ')}`
    }
  }
}

function described(change: Readonly<Record<string, unknown>>): string {
  return Object.entries(change)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ')
}
