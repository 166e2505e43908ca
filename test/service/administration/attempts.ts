import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../src/host/clock.ts'
import { Secret } from '../../../src/host/secret.ts'
import type { Act } from '../../../src/service/administration/act.ts'
import {
  createRole,
  deleteRole,
  updateRole,
} from '../../../src/service/administration/acts/administrator_roles.ts'
import {
  createAdministrator,
  createFirstOwnerLink,
  deleteAdministrator,
  endAdministratorSessions,
  resetAdministrator,
  updateAdministrator,
} from '../../../src/service/administration/acts/administrators.ts'
import { setAliases } from '../../../src/service/administration/acts/aliases.ts'
import {
  createApplication,
  deleteApplication,
  revealSecretKey,
  rotateRadiusSecret,
  rotateSecretKey,
  testSignIn,
  updateApplication,
} from '../../../src/service/administration/acts/applications.ts'
import {
  createBypassCodes,
  deleteBypassCode,
  deleteBypassCodes,
} from '../../../src/service/administration/acts/bypass_codes.ts'
import {
  addMember,
  createGroup,
  deleteGroup,
  removeMember,
  updateGroup,
} from '../../../src/service/administration/acts/groups.ts'
import {
  inviteUser,
  revokeInvitation,
} from '../../../src/service/administration/acts/invitations.ts'
import { removeLogo, setLogo } from '../../../src/service/administration/acts/logo.ts'
import { answerTestCall } from '../../../src/service/administration/acts/outbox.ts'
import { createOwnApplication } from '../../../src/service/administration/acts/own_application.ts'
import { deletePasskey } from '../../../src/service/administration/acts/passkeys.ts'
import {
  activatePhone,
  addPhone,
  attachPhone,
  createPhone,
  deletePhone,
  detachPhone,
  reorderPhones,
  sendPhoneMessage,
  updatePhone,
} from '../../../src/service/administration/acts/phones.ts'
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  detachPolicy,
  editApplicationPolicy,
  updatePolicy,
} from '../../../src/service/administration/acts/policies.ts'
import { forgetProxy } from '../../../src/service/administration/acts/proxies.ts'
import { rotateSealingKey } from '../../../src/service/administration/acts/sealing_key.ts'
import { updateSettings } from '../../../src/service/administration/acts/settings.ts'
import { testMail } from '../../../src/service/administration/acts/test_mail.ts'
import {
  assignListedTokens,
  importTokens,
  importYubikeys,
} from '../../../src/service/administration/acts/token_imports.ts'
import {
  assignToken,
  createToken,
  createYubikey,
  deleteToken,
  resyncToken,
} from '../../../src/service/administration/acts/tokens.ts'
import { restoreUser, trashUser } from '../../../src/service/administration/acts/trash.ts'
import { exportUsers } from '../../../src/service/administration/acts/user_export.ts'
import {
  createUser,
  deleteUser,
  lockUser,
  unlockUser,
  updateUser,
} from '../../../src/service/administration/acts/users.ts'
import type { Administration } from '../../../src/service/administration/administration.ts'
import type { RoleName } from '../../../src/service/administration/roles.ts'
import { Administrators } from '../../../src/service/administrators/administrators.ts'
import { Roles } from '../../../src/service/administrators/roles.ts'
import {
  type Integration,
  Integrations,
  type IntegrationType,
} from '../../../src/service/applications/integrations.ts'
import { Policies, type Policy } from '../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../src/service/applications/policy/policy_attachments.ts'
import { BypassCodes } from '../../../src/service/authenticators/bypass/bypass_codes.ts'
import { OathKey } from '../../../src/service/authenticators/oath/oath_code.ts'
import type { OathToken } from '../../../src/service/authenticators/oath/oath_token.ts'
import { OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import {
  type WebauthnCredential,
  WebauthnCredentials,
} from '../../../src/service/authenticators/passkey/webauthn_credentials.ts'
import {
  type ListedPhone,
  type Phone,
  Phones,
} from '../../../src/service/authenticators/phone/phones.ts'
import { defaultConfig } from '../../../src/service/config/service_config.ts'
import { Outbox } from '../../../src/service/messaging/outbox/outbox.ts'
import { Invitations } from '../../../src/service/people/enrolment/invitations.ts'
import { type Group, type GroupStatus, Groups } from '../../../src/service/people/groups.ts'
import type { User } from '../../../src/service/people/user.ts'
import { UserTrash } from '../../../src/service/people/user_trash.ts'
import { type NewUser, Users } from '../../../src/service/people/users.ts'
import { Proxies, type ReportingProxy } from '../../../src/service/proxies/proxies.ts'
import { OrganisationLogo } from '../../../src/service/settings/organisation_logo.ts'
import { Settings } from '../../../src/service/settings/settings.ts'
import { Transactions } from '../../../src/service/sign_in/transaction/transactions.ts'
import type { Store, StoreDb } from '../../../src/service/store/store.ts'
import { png } from '../../rig/png.ts'
import { proxyReport } from '../../rig/proxy_report.ts'
import { TestYubikey } from '../../rig/yubikey.ts'

/** What attempts are made on: each call creates something new, without an administrator. */
export class World {
  readonly store: Store
  readonly #clock: Clock
  #count = 0

  constructor(store: Store, clock: Clock) {
    this.store = store
    this.#clock = clock
  }

  name(kind: string): string {
    this.#count++
    return `${kind}${this.#count}`
  }

  async user(more: Partial<NewUser> = {}): Promise<User> {
    const user = { username: this.name('user'), ...more }
    return await this.#write((db, now) => new Users().create(user, now, db))
  }

  async invitedUser(): Promise<User> {
    const user = await this.user()
    const { username, userId } = user
    const invitation = { username, userId, ikey: null, validSecs: 3600, createdBy: 'test' }
    await this.#write((db, now) => new Invitations().create(invitation, now, db))
    return user
  }

  async trashedUser(): Promise<{ readonly user: User }> {
    const user = await this.user()
    await this.#write((db, now) => new UserTrash().put(user.userId, '', now, db))
    return { user }
  }

  async phone(user: User): Promise<Phone> {
    const phone = { number: '+12025550143' }
    return await this.#write((db, now) => new Phones().add(user.userId, phone, now, db))
  }

  async unattachedPhone(): Promise<ListedPhone> {
    return await this.#write((db, now) => new Phones().addUnattached({ name: 'spare' }, now, db))
  }

  async noAdministrators(): Promise<object> {
    await this.#write((db) => db.deleteFrom('administrators').execute())
    return {}
  }

  async reportingProxy(): Promise<{ readonly proxy: ReportingProxy }> {
    const report = proxyReport(this.name('proxy'))
    const { id } = report.proxy
    const proxies = new Proxies()
    const sender = { ikey: 'DI00000000000000000A', address: '192.0.2.1' }
    await this.#write((db, now) => proxies.keep(report, sender, now, db))
    const proxy = await proxies.byId(id, this.store.db)
    if (proxy === undefined) throw new Error(`${id} was not kept`)
    return { proxy }
  }

  async passkey({ userId }: User): Promise<WebauthnCredential> {
    const key = { publicKey: 'AA', counter: 0, transports: [], name: 'key' }
    const credential = { ...key, userId, webauthnId: this.name('webauthn') }
    return await this.#write((db, now) => new WebauthnCredentials().add(credential, now, db))
  }

  async token(): Promise<{ readonly token: OathToken; readonly secret: string }> {
    const token = { kind: 'hotp' } as const
    return await this.#write((db, now) => new OathTokens(this.store).create(null, token, now, db))
  }

  async bypassCodes(user: User): Promise<void> {
    const codes = { count: 2, reuseCount: 1, validSecs: 0, preserveExisting: false, createdBy: '' }
    const { userId } = user
    await this.#write((db, now) => new BypassCodes(this.store).create(userId, codes, now, db))
  }

  async group(status: GroupStatus = 'active'): Promise<Group> {
    const name = this.name('group')
    return await this.#write((db) => new Groups().create(name, status, '', db))
  }

  /** @returns Its id. */
  async administrator(): Promise<string> {
    const email = `${this.name('admin')}@example.com`
    const added = { email, name: 'Ada', role: 'Help Desk', status: 'active' } as const
    const { adminId } = await this.#write((db, now) => new Administrators().create(added, now, db))
    return adminId
  }

  /** @returns Its id. */
  async role(): Promise<string> {
    const added = { name: this.name('role'), permits: ['users.view'] } as const
    return (await this.#write((db, now) => new Roles().create(added, now, db))).roleId
  }

  async application(type: IntegrationType = 'radius'): Promise<Integration> {
    const integration = { name: this.name('application'), type }
    return await this.#write((db, now) => new Integrations(this.store).create(integration, now, db))
  }

  async policy(): Promise<Policy> {
    const policy = { name: this.name('policy'), sections: {} }
    return await this.#write((db, now) => new Policies(this.store).create(policy, now, db))
  }

  /** A policy that is attached to an application as a whole. */
  async attachedPolicy(): Promise<{ readonly policy: Policy; readonly integration: Integration }> {
    const [policy, integration] = [await this.policy(), await this.application()]
    const attachments = new PolicyAttachments(this.store)
    await this.#write((db) => attachments.setApplication(integration.ikey, policy.policyKey, db))
    return { policy, integration }
  }

  /** A ringing call of the outbox, to be answered with a key. */
  async testCall() {
    const outbox = new Outbox(mkdtempSync(join(tmpdir(), 'outbox-')), this.#clock)
    const transactions = new Transactions(this.store, this.#clock)
    const [{ ikey, name }, user, txid] = [await this.application(), await this.user(), randomUUID()]
    const { phoneId } = await this.phone(user)
    const opening = {
      ...{ txid, ikey, userId: user.userId, factor: 'phone', phoneId },
      request: { application: name, username: user.username, ipaddr: '', hostname: '' },
      verification: undefined,
      repeatOf: null,
    }
    const calling = { status: 'calling', status_msg: '' }
    await this.#write((db) => transactions.open(opening, calling, 60, db))
    const call = { txid, text: '', confirmKeys: '1', fraudKey: null, expires: 0 }
    const id = await outbox.add({ kind: 'phone', to: '+12025550143', ...call })
    return { outbox, transactions, id, key: '1' }
  }

  async globalPolicy(): Promise<Policy> {
    const policy = await this.policy()
    const attachments = new PolicyAttachments(this.store)
    await this.#write((db) => attachments.setGlobal(policy.policyKey, db))
    return policy
  }

  /** As before the panel sends its first push. */
  async forgetPanel(): Promise<'panel'> {
    await this.store.db.deleteFrom('settings').where('name', '=', 'panel_ikey').execute()
    return 'panel'
  }

  async #write<Result>(work: (db: StoreDb, now: number) => Promise<Result>): Promise<Result> {
    return await this.store.transaction((db) => work(db, this.#clock.now()))
  }
}

/** An act with an input, and the roles that may do it. */
export interface Attempt {
  readonly act: Pick<Act<never, never>, 'name'>
  readonly title: string
  readonly roles: readonly RoleName[]
  readonly prepare: (world: World) => Promise<{
    /** The permits that it needs. */
    readonly permits: readonly string[]
    readonly run: (administration: Administration) => Promise<unknown>
  }>
}

function attempt<Input, Result>(
  act: Act<Input, Result>,
  title: string,
  roles: readonly RoleName[],
  prepareInput: (world: World) => Promise<Input> | Input,
): Attempt {
  return {
    act,
    title,
    roles,
    prepare: async (world) => {
      const input = await prepareInput(world)
      const permits =
        typeof act.permits === 'function' ? await act.permits(input, world.store.db) : act.permits
      return { permits, run: (administration) => administration.run(act, input) }
    },
  }
}

const owner: readonly RoleName[] = ['Owner']
const userManagers: readonly RoleName[] = ['Owner', 'Administrator', 'User Manager']
const helpDesk: readonly RoleName[] = [...userManagers, 'Help Desk']
const applicationManagers: readonly RoleName[] = [
  'Owner',
  'Administrator',
  'Application Manager',
  'Integration Manager',
]
const policyEditors: readonly RoleName[] = ['Owner', 'Administrator']
const policyAssigners: readonly RoleName[] = [...policyEditors, 'Application Manager']

const codes = { count: 2, reuseCount: 1, validSecs: 3600, preserveExisting: false }
const options = { onDuplicate: 'refuse' } as const
const secret = () => new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')

/** Every act, with each input that needs other permits; the roles are those of the documentation. */
export const attempts: readonly Attempt[] = [
  attempt(createAdministrator, 'creates an administrator', owner, (world) => ({
    email: `${world.name('admin')}@example.com`,
    name: 'Ada',
    role: 'Help Desk',
  })),
  attempt(updateAdministrator, 'edits an administrator', owner, async (world) => ({
    adminId: await world.administrator(),
    change: { role: 'Read-only' },
  })),
  attempt(resetAdministrator, 'resets the factors of an administrator', owner, async (world) => ({
    adminId: await world.administrator(),
    email: 'ada@example.com',
    password: false,
    factors: true,
  })),
  attempt(
    endAdministratorSessions,
    'ends the sessions of an administrator',
    owner,
    async (world) => ({
      adminId: await world.administrator(),
    }),
  ),
  attempt(deleteAdministrator, 'deletes an administrator', owner, async (world) => ({
    adminId: await world.administrator(),
  })),
  attempt(createRole, 'creates a role', owner, (world) => ({
    name: world.name('role'),
    permits: ['users.view'] as const,
  })),
  attempt(updateRole, 'edits a role', owner, async (world) => ({
    roleId: await world.role(),
    change: { permits: ['users.view', 'users.unlock'] as const },
  })),
  attempt(deleteRole, 'deletes a role', owner, async (world) => ({ roleId: await world.role() })),
  attempt(createUser, 'creates a user', userManagers, (world) => ({
    username: world.name('new'),
    aliases: [world.name('alias')],
  })),
  attempt(createUser, 'creates a user with status bypass', userManagers, (world) => ({
    username: world.name('new'),
    status: 'bypass' as const,
  })),
  attempt(updateUser, 'edits a user', helpDesk, async (world) => ({
    user: await world.user(),
    change: {
      username: world.name('renamed'),
      email: 'a@example.com',
      status: 'disabled' as const,
    },
  })),
  attempt(updateUser, 'puts a user into bypass', userManagers, async (world) => ({
    user: await world.user(),
    change: { status: 'bypass' as const },
  })),
  attempt(updateUser, 'unlocks a user by a new status', helpDesk, async (world) => ({
    user: { ...(await world.user({ status: 'locked out' })), status: 'active' as const },
    change: { status: 'active' as const },
  })),
  attempt(setAliases, 'sets aliases', helpDesk, async (world) => ({
    user: await world.user(),
    aliases: [world.name('alias')],
  })),
  attempt(unlockUser, 'unlocks a user', helpDesk, async (world) => ({
    user: await world.user({ status: 'locked out' }),
  })),
  attempt(lockUser, 'locks a user', helpDesk, async (world) => ({ user: await world.user() })),
  attempt(trashUser, 'puts a user into the trash', userManagers, async (world) => ({
    user: await world.user(),
  })),
  attempt(restoreUser, 'restores a user', userManagers, (world) => world.trashedUser()),
  attempt(deleteUser, 'deletes a user', userManagers, async (world) => ({
    user: await world.user(),
  })),
  attempt(exportUsers, 'exports the list of users', [...userManagers, 'Security Analyst'], () => ({
    format: 'csv' as const,
    filters: 'filter=bypass',
  })),
  attempt(inviteUser, 'invites a user', userManagers, async (world) => {
    return { user: await world.user(), validSecs: 3600 }
  }),
  attempt(revokeInvitation, 'revokes an invitation', userManagers, async (world) => ({
    user: await world.invitedUser(),
  })),
  attempt(addPhone, 'adds a phone', helpDesk, async (world) => ({
    user: await world.user(),
    phone: { number: '+12025550143', name: 'Phone' },
  })),
  attempt(reorderPhones, 'reorders phones', helpDesk, async (world) => {
    const user = await world.user()
    const first = await world.phone(user)
    const second = await world.phone(user)
    return { user, phoneIds: [second.phoneId, first.phoneId] }
  }),
  attempt(activatePhone, 'activates a phone', helpDesk, async (world) => ({
    phone: await world.phone(await world.user()),
    validSecs: 3600,
  })),
  attempt(deletePhone, 'deletes a phone', helpDesk, async (world) => ({
    phoneId: (await world.phone(await world.user())).phoneId,
  })),
  attempt(createToken, 'creates a token', helpDesk, async (world) => ({
    user: await world.user(),
    token: { kind: 'totp' as const, secret: secret() },
  })),
  attempt(assignToken, 'assigns a token', helpDesk, async (world) => ({
    tokenId: (await world.token()).token.tokenId,
    user: await world.user(),
  })),
  attempt(resyncToken, 'resynchronises a token', helpDesk, async (world) => {
    const { token, secret: base32 } = await world.token()
    const key = new OathKey(base32)
    return { tokenId: token.tokenId, codes: [key.code(token, 40), key.code(token, 41)] }
  }),
  attempt(deleteToken, 'deletes a token', helpDesk, async (world) => ({
    tokenId: (await world.token()).token.tokenId,
  })),
  attempt(importTokens, 'imports tokens', helpDesk, (world) => ({
    file: 'tokens.csv',
    tokens: [{ kind: 'hotp' as const, serial: world.name('serial'), secret: secret() }],
    options,
  })),
  attempt(importYubikeys, 'imports YubiKeys', helpDesk, () => ({
    file: 'yubikeys.csv',
    yubikeys: [new TestYubikey().listed],
    options,
  })),
  attempt(assignListedTokens, 'assigns imported tokens', helpDesk, async (world) => {
    const { kind, serial } = (await world.token()).token
    return { tokens: [{ kind, serial, username: (await world.user()).username }] }
  }),
  attempt(createBypassCodes, 'creates bypass codes', helpDesk, async (world) => ({
    user: await world.user(),
    codes,
  })),
  attempt(deleteBypassCodes, 'deletes bypass codes', helpDesk, async (world) => {
    const user = await world.user()
    await world.bypassCodes(user)
    return { user }
  }),
  attempt(createPhone, 'creates a phone without a user', helpDesk, () => ({
    phone: { number: '+12025550144' },
  })),
  attempt(updatePhone, 'edits a phone', helpDesk, async (world) => ({
    phone: await world.phone(await world.user()),
    change: { name: 'work' },
  })),
  attempt(sendPhoneMessage, 'sends a message to a phone', helpDesk, async (world) => ({
    phone: await world.phone(await world.user()),
    message: 'installation' as const,
  })),
  attempt(attachPhone, 'attaches a phone', helpDesk, async (world) => ({
    phone: await world.unattachedPhone(),
    user: await world.user(),
  })),
  attempt(detachPhone, 'detaches a phone', helpDesk, async (world) => {
    const user = await world.user()
    return { phone: await world.phone(user), user }
  }),
  attempt(createYubikey, 'creates a YubiKey', helpDesk, (world) => ({
    yubikey: {
      serial: world.name('yubikey'),
      publicId: '',
      privateId: new Secret('a1b2c3d4e5f6'),
      aesKey: new Secret('00112233445566778899aabbccddeeff'),
    },
  })),
  attempt(deleteBypassCode, 'deletes one bypass code', helpDesk, async (world) => ({
    bypassCodeId: 'DBAAAAAAAAAAAAAAAAAA',
    user: await world.user(),
  })),
  attempt(deletePasskey, 'deletes a passkey', helpDesk, async (world) => {
    const user = await world.user()
    return { credential: await world.passkey(user), user }
  }),
  attempt(createGroup, 'creates a group', userManagers, (world) => ({
    name: world.name('group'),
    status: 'active' as const,
    description: '',
  })),
  attempt(updateGroup, 'disables a group', userManagers, async (world) => ({
    group: await world.group(),
    change: { status: 'disabled' as const },
  })),
  attempt(updateGroup, 'puts a group into bypass', userManagers, async (world) => ({
    group: await world.group(),
    change: { status: 'bypass' as const },
  })),
  attempt(addMember, 'adds a member', userManagers, async (world) => ({
    group: await world.group(),
    user: await world.user(),
  })),
  attempt(addMember, 'adds a member to a group in bypass', userManagers, async (world) => ({
    group: await world.group('bypass'),
    user: await world.user(),
  })),
  attempt(removeMember, 'removes a member', userManagers, async (world) => ({
    group: await world.group(),
    user: await world.user(),
  })),
  attempt(deleteGroup, 'deletes a group', userManagers, async (world) => ({
    group: await world.group(),
  })),
  attempt(createOwnApplication, "creates the panel's application", applicationManagers, (world) =>
    world.forgetPanel(),
  ),
  attempt(rotateSealingKey, 'rotates the sealing key', owner, () => undefined),
  attempt(updateSettings, 'changes a setting', policyEditors, (world) => ({
    settings: new Settings(defaultConfig('.')),
    update: { name: world.name('Organisation') },
  })),
  attempt(testMail, 'sends a test mail', policyEditors, () => ({ to: 'ada@example.com' })),
  attempt(answerTestCall, 'answers a test call', owner, (world) => world.testCall()),
  attempt(setLogo, 'replaces the logo', policyEditors, () => ({
    logo: new OrganisationLogo(defaultConfig('.')),
    image: png(64, 64),
  })),
  attempt(removeLogo, 'removes the logo', policyEditors, () => ({
    logo: new OrganisationLogo(defaultConfig('.')),
  })),
  attempt(createFirstOwnerLink, 'creates the link of the first owner', owner, (world) =>
    world.noAdministrators(),
  ),
  attempt(forgetProxy, 'forgets an authentication proxy', applicationManagers, (world) =>
    world.reportingProxy(),
  ),
  attempt(createApplication, 'adds an application', applicationManagers, (world) => ({
    name: world.name('application'),
    type: 'radius' as const,
  })),
  attempt(createApplication, 'adds an Admin API application', owner, (world) => ({
    name: world.name('application'),
    type: 'adminapi' as const,
  })),
  attempt(updateApplication, 'edits an application', applicationManagers, async (world) => ({
    integration: await world.application(),
    change: { enabled: false },
  })),
  attempt(updateApplication, 'edits an Admin API application', owner, async (world) => ({
    integration: await world.application('adminapi'),
    change: { enabled: false },
  })),
  attempt(revealSecretKey, 'reveals a secret key', applicationManagers, async (world) => ({
    integration: await world.application(),
  })),
  attempt(revealSecretKey, 'reveals an Admin API secret key', owner, async (world) => ({
    integration: await world.application('adminapi'),
  })),
  attempt(rotateSecretKey, 'replaces a secret key', applicationManagers, async (world) => ({
    integration: await world.application(),
  })),
  attempt(rotateSecretKey, 'replaces an Admin API secret key', owner, async (world) => ({
    integration: await world.application('adminapi'),
  })),
  attempt(rotateRadiusSecret, 'replaces a RADIUS secret', applicationManagers, async (world) => ({
    integration: await world.application(),
  })),
  attempt(testSignIn, 'tests a sign-in', applicationManagers, async (world) => ({
    integration: await world.application(),
    username: 'alice',
    factor: 'push',
    by: 'service',
  })),
  attempt(deleteApplication, 'deletes an application', applicationManagers, async (world) => ({
    integration: await world.application(),
  })),
  attempt(deleteApplication, 'deletes an Admin API application', owner, async (world) => ({
    integration: await world.application('adminapi'),
  })),
  attempt(createPolicy, 'creates a policy', policyEditors, (world) => ({
    name: world.name('policy'),
    sections: { new_user: { new_user_behavior: 'deny' } },
  })),
  attempt(updatePolicy, 'edits a policy', policyEditors, async (world) => ({
    policy: await world.policy(),
    change: { sections: { new_user: { new_user_behavior: 'deny' } } },
  })),
  attempt(deletePolicy, 'deletes a policy', policyEditors, async (world) => ({
    policy: await world.policy(),
  })),
  attempt(attachPolicy, 'attaches a policy to an application', policyAssigners, async (world) => ({
    policy: await world.policy(),
    place: { kind: 'application' as const, integration: await world.application() },
  })),
  attempt(attachPolicy, 'attaches a policy to a group', policyAssigners, async (world) => ({
    policy: await world.policy(),
    place: {
      kind: 'group' as const,
      integration: await world.application(),
      group: await world.group(),
    },
    position: 1,
  })),
  attempt(attachPolicy, 'makes a policy the global one', policyEditors, async (world) => ({
    policy: await world.policy(),
    place: { kind: 'global' as const },
  })),
  attempt(detachPolicy, 'detaches a policy', policyAssigners, async (world) => {
    const { policy, integration } = await world.attachedPolicy()
    return { policy, place: { kind: 'application' as const, integration } }
  }),
  attempt(detachPolicy, 'detaches the global policy', policyEditors, async (world) => ({
    policy: await world.globalPolicy(),
    place: { kind: 'global' as const },
  })),
  attempt(
    editApplicationPolicy,
    "changes an application's own policy",
    policyEditors,
    async (world) => ({
      integration: await world.application(),
      change: { newUsers: 'deny' as const },
    }),
  ),
]
