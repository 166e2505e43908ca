import type { Clock } from '../../../src/host/clock.ts'
import { Secret } from '../../../src/host/secret.ts'
import type { Act } from '../../../src/service/administration/act.ts'
import { setAliases } from '../../../src/service/administration/acts/aliases.ts'
import {
  createApplication,
  deleteApplication,
  rotateSecretKey,
  updateApplication,
} from '../../../src/service/administration/acts/applications.ts'
import {
  createBypassCodes,
  deleteBypassCodes,
} from '../../../src/service/administration/acts/bypass_codes.ts'
import {
  addMember,
  createGroup,
  deleteGroup,
  removeMember,
  setGroupStatus,
} from '../../../src/service/administration/acts/groups.ts'
import { inviteUser } from '../../../src/service/administration/acts/invitations.ts'
import {
  activatePhone,
  addPhone,
  deletePhone,
  reorderPhones,
} from '../../../src/service/administration/acts/phones.ts'
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  detachPolicy,
  editApplicationPolicy,
  updatePolicy,
} from '../../../src/service/administration/acts/policies.ts'
import { createPortalApplication } from '../../../src/service/administration/acts/portal_application.ts'
import { rotateSealingKey } from '../../../src/service/administration/acts/sealing_key.ts'
import {
  assignListedTokens,
  importTokens,
  importYubikeys,
} from '../../../src/service/administration/acts/token_imports.ts'
import {
  assignToken,
  createToken,
  deleteToken,
  resyncToken,
} from '../../../src/service/administration/acts/tokens.ts'
import {
  createUser,
  deleteUser,
  unlockUser,
  updateUser,
} from '../../../src/service/administration/acts/users.ts'
import type { Administration } from '../../../src/service/administration/administration.ts'
import type { RoleName } from '../../../src/service/administration/roles.ts'
import {
  type Integration,
  Integrations,
  type IntegrationType,
} from '../../../src/service/applications/integrations.ts'
import { Policies, type Policy } from '../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../src/service/applications/policy/policy_attachments.ts'
import { BypassCodes } from '../../../src/service/authenticators/bypass/bypass_codes.ts'
import { OathKey } from '../../../src/service/authenticators/oath/oath_code.ts'
import { type OathToken, OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { type Phone, Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { type Group, type GroupStatus, Groups } from '../../../src/service/people/groups.ts'
import type { User } from '../../../src/service/people/user.ts'
import { type NewUser, Users } from '../../../src/service/people/users.ts'
import type { Store, StoreDb } from '../../../src/service/store/store.ts'
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

  async phone(user: User): Promise<Phone> {
    const phone = { number: '+12025550143' }
    return await this.#write((db, now) => new Phones().add(user.userId, phone, now, db))
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

  async globalPolicy(): Promise<Policy> {
    const policy = await this.policy()
    const attachments = new PolicyAttachments(this.store)
    await this.#write((db) => attachments.setGlobal(policy.policyKey, db))
    return policy
  }

  /** As before the portal is used for the first time. */
  async forgetPortal(): Promise<undefined> {
    await this.store.db.deleteFrom('settings').where('name', '=', 'portal_ikey').execute()
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
  attempt(setAliases, 'sets aliases', helpDesk, async (world) => ({
    user: await world.user(),
    aliases: [world.name('alias')],
  })),
  attempt(unlockUser, 'unlocks a user', helpDesk, async (world) => ({
    user: await world.user({ status: 'locked out' }),
  })),
  attempt(deleteUser, 'deletes a user', userManagers, async (world) => ({
    user: await world.user(),
  })),
  attempt(inviteUser, 'invites a user', userManagers, async (world) => {
    const { username, userId } = await world.user()
    return { username, userId, validSecs: 3600 }
  }),
  attempt(inviteUser, 'invites a new name', userManagers, (world) => ({
    username: world.name('invited'),
    userId: null,
    validSecs: 3600,
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
  attempt(createGroup, 'creates a group', userManagers, (world) => ({
    name: world.name('group'),
    status: 'active' as const,
    description: '',
  })),
  attempt(setGroupStatus, 'disables a group', userManagers, async (world) => ({
    group: await world.group(),
    status: 'disabled' as const,
  })),
  attempt(setGroupStatus, 'puts a group into bypass', userManagers, async (world) => ({
    group: await world.group(),
    status: 'bypass' as const,
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
  attempt(
    createPortalApplication,
    "creates the portal's application",
    applicationManagers,
    (world) => world.forgetPortal(),
  ),
  attempt(rotateSealingKey, 'rotates the sealing key', owner, () => undefined),
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
  attempt(rotateSecretKey, 'replaces a secret key', applicationManagers, async (world) => ({
    integration: await world.application(),
  })),
  attempt(rotateSecretKey, 'replaces an Admin API secret key', owner, async (world) => ({
    integration: await world.application('adminapi'),
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
