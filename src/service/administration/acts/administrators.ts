import { type Administrator, AdministratorError } from '../../administrators/administrator.ts'
import { type AdministratorChange, Administrators } from '../../administrators/administrators.ts'
import { AdministratorFactors } from '../../administrators/factors.ts'
import { KnownBrowsers } from '../../administrators/known_browsers.ts'
import {
  type AdministratorLinkKind,
  AdministratorLinks,
  type CreatedLink,
} from '../../administrators/links.ts'
import { requireAnotherOwner } from '../../administrators/owners.ts'
import { Roles } from '../../administrators/roles.ts'
import { endSessions } from '../../administrators/session_end.ts'
import { requireEmail, requireName } from '../../administrators/words.ts'
import { changedFields, removedFields } from '../../audit/changes.ts'
import type { StoreDb } from '../../store/store.ts'
import { type ActContext, act } from '../act.ts'
import { approval } from '../approval.ts'

interface AddedAdministrator {
  readonly email: string
  readonly name: string
  readonly role: string
  readonly phone?: string | undefined
  /** How long the activation link is valid: 7 days by default, and 31 at most. */
  readonly validDays?: number | undefined
}

/** The administrator that an act is about. */
interface OneAdministrator {
  readonly adminId: string
}

interface AdministratorEdit extends OneAdministrator {
  readonly change: AdministratorChange
}

/** What is lost, and is replaced by means of a link. */
interface AdministratorReset extends OneAdministrator {
  /** The address that the caller has seen. */
  readonly email: string
  readonly password: boolean
  readonly factors: boolean
  readonly validDays?: number | undefined
}

interface ResetLink {
  readonly link: CreatedLink
}

interface OneSession extends OneAdministrator {
  /** All sessions without one. */
  readonly sessionId?: string | undefined
}

const dayMs = 86_400_000
const defaultDays = 7
/** How long the link for the first owner is valid. */
const firstOwnerMs = dayMs
export const maxActivationDays = 31

/**
 * Creates the link with which the first owner chooses e-mail address, password and second factor; an
 * earlier link ends.
 *
 * @throws {AdministratorError} `conflict` if there is an administrator
 */
export const createFirstOwnerLink = act({
  name: 'admin_link_create',
  permits: ['administrators.edit'],
  do: async ({ db, now, actor }: ActContext, _: object) => {
    if (await new Administrators().any(db)) {
      throw new AdministratorError('conflict', 'there is an administrator already')
    }
    const link = { kind: 'owner', adminId: null, createdBy: actor } as const
    return await new AdministratorLinks().create({ ...link, expires: now + firstOwnerMs }, now, db)
  },
  log: (_, { expires }) => ({
    object: 'first owner',
    objectKind: 'administrator',
    objectId: '',
    description: { expires: new Date(expires).toISOString() },
  }),
})

/**
 * Creates an administrator who sets their own password and second factor with the activation link.
 *
 * @throws {AdministratorError} `email`, `email_taken`, `name`, `role`
 */
export const createAdministrator = act({
  name: 'admin_create',
  permits: ['administrators.edit'],
  stepUp: true,
  approval: approval({
    // whoever has the link could approve their own requests with the new account
    summary: ({ email, role }: AddedAdministrator) => `Add the administrator ${email} (${role})`,
    keep: (added: AddedAdministrator) => added,
    restore: (added) => added,
    deliver: ({ link }: CreatedAdministrator) => ({ activation_code: link.code.reveal() }),
  }),
  do: async (context, { validDays, ...added }: AddedAdministrator) => {
    const { db, now } = context
    await new Roles().require(added.role, db)
    const account = {
      ...added,
      email: requireEmail(added.email),
      name: requireName(added.name),
      status: 'pending_activation',
    } as const
    const administrator = await new Administrators().create(account, now, db)
    const link = await createLink(administrator.adminId, 'activation', validDays, context)
    return { administrator, link }
  },
  log: (_, { administrator }) => ({
    ...logged(administrator),
    description: { name: administrator.name, role: administrator.role },
    changes: changedFields({}, loggedFields(administrator)),
  }),
})

interface CreatedAdministrator {
  readonly administrator: Administrator
  readonly link: Awaited<ReturnType<AdministratorLinks['create']>>
}

/**
 * Changes an administrator. A new role, status or e-mail address ends their sessions, and a new address
 * also their open link.
 *
 * @returns The administrator before and after.
 * @throws {AdministratorError} `not_found`, `last_owner`, `role`, `email`, `email_taken`, `name`,
 *   `conflict` if an account that was never activated is to be enabled
 */
export const updateAdministrator = act({
  name: 'admin_update',
  permits: ['administrators.edit'],
  stepUp: true,
  approval: approval({
    when: async ({ adminId, change }: AdministratorEdit, db) =>
      change.role === 'Owner' && (await requireAdministrator(adminId, db)).role !== 'Owner',
    summary: ({ adminId }: AdministratorEdit) => `Make the administrator ${adminId} an owner`,
    keep: (edit: AdministratorEdit) => edit,
    restore: (edit) => edit,
  }),
  do: async ({ db, now, actor }, { adminId, change }: AdministratorEdit) => {
    const administrators = new Administrators()
    const isRisky = change.role !== undefined || change.status !== undefined
    // the owners are locked first, so that two changes at once see each other
    if (isRisky) await administrators.lockActiveOwners(db)
    const before = await requireAdministrator(adminId, db)
    if (change.role !== undefined) await new Roles().require(change.role, db)
    if (change.status === 'active' && before.status === 'pending_activation') {
      throw new AdministratorError(
        'conflict',
        `${before.email} has not used the activation link yet`,
      )
    }
    const staysOwner =
      (change.role ?? before.role) === 'Owner' && (change.status ?? before.status) === 'active'
    if (isRisky && !staysOwner) await requireAnotherOwner(administrators, adminId, db)
    const checked = {
      ...change,
      ...(change.email === undefined ? {} : { email: requireEmail(change.email) }),
      ...(change.name === undefined ? {} : { name: requireName(change.name) }),
    }
    await administrators.update(adminId, checked, db)
    const after = await requireAdministrator(adminId, db)
    // an open link may be in the mailbox of somebody else
    if (after.email !== before.email) await new AdministratorLinks().end(adminId, db)
    const isOther =
      after.role !== before.role || after.status !== before.status || after.email !== before.email
    if (isOther) await endSessions(adminId, { reason: 'account_changed', by: actor, now }, db)
    return { before, after }
  },
  log: (_, { before, after }) => {
    const changes = changedFields(loggedFields(before), loggedFields(after))
    return { ...logged(before), description: Object.keys(changes).join(' '), changes }
  },
})

/** @throws {AdministratorError} `not_found`, `last_owner` */
export const deleteAdministrator = act({
  name: 'admin_delete',
  permits: ['administrators.edit'],
  stepUp: true,
  do: async ({ db }, { adminId }: OneAdministrator) => {
    const administrators = new Administrators()
    await requireAnotherOwner(administrators, adminId, db)
    const administrator = await requireAdministrator(adminId, db)
    await administrators.remove(adminId, db)
    return administrator
  },
  log: (_, administrator) => ({
    ...logged(administrator),
    description: { role: administrator.role },
    changes: removedFields(loggedFields(administrator)),
  }),
})

/**
 * Lets an administrator who lost the password or all factors set them again, with a new link; or sends
 * the activation link again. Their sessions end. The link never replaces both unless both were lost.
 * A person who holds the link can use the account, so approval by two includes it.
 *
 * @throws {AdministratorError} `not_found`, and `conflict` if the account is disabled, or is active and
 *   nothing was lost
 */
export const resetAdministrator = act({
  name: 'admin_reset',
  permits: ['administrators.edit'],
  stepUp: true,
  approval: approval({
    // whoever has the link could approve their own requests with this account
    summary: ({ email, password, factors }: AdministratorReset) => {
      const lost = [...(password ? ['password'] : []), ...(factors ? ['factors'] : [])]
      return `Make a new link for the administrator ${email} (lost: ${lost.join(', ') || 'nothing'})`
    },
    keep: (reset: AdministratorReset) => reset,
    restore: async (reset, { db }) => {
      const { email } = await requireAdministrator(reset.adminId, db)
      if (email === reset.email) return reset
      throw new AdministratorError('conflict', `${reset.email} has another e-mail address now`)
    },
    deliver: ({ link }: ResetLink) => ({ activation_code: link.code.reveal() }),
  }),
  do: async (context, { adminId, password, factors, validDays }: AdministratorReset) => {
    const { db, now, store, actor } = context
    const administrators = new Administrators()
    const administrator = await requireAdministrator(adminId, db)
    if (administrator.status === 'disabled') {
      throw new AdministratorError(
        'conflict',
        `${administrator.email} is disabled; enable it first`,
      )
    }
    const isNew = administrator.status === 'pending_activation'
    if (!isNew && !password && !factors) {
      throw new AdministratorError(
        'conflict',
        'choose what was lost: the password, the factors or both',
      )
    }
    const kind =
      isNew || (password && factors) ? 'activation' : factors ? 'factors' : ('password' as const)
    if (password) await administrators.setPassword(adminId, null, now, db)
    if (factors) {
      await new AdministratorFactors(store).removeAll(adminId, db)
      await administrators.allowEnrolment(adminId, null, db)
    }
    await endSessions(adminId, { reason: 'reset', by: actor, now }, db)
    await new KnownBrowsers().forget(adminId, db)
    return { administrator, kind, link: await createLink(adminId, kind, validDays, context) }
  },
  log: ({ password, factors }, { administrator }) => ({
    ...logged(administrator),
    description: { password, factors },
  }),
})

/** Ends the sessions of an administrator, or one of them. @returns How many. */
export const endAdministratorSessions = act({
  name: 'admin_sessions_end',
  permits: ['administrators.edit'],
  do: async ({ db, now, actor }, { adminId, sessionId }: OneSession) => {
    const administrator = await requireAdministrator(adminId, db)
    const end = { reason: 'ended', by: actor, now } as const
    return { administrator, ended: await endSessions(adminId, end, db, { only: sessionId }) }
  },
  log: ({ sessionId }, { administrator, ended }) => ({
    ...logged(administrator),
    description: { ended, session: sessionId },
  }),
})

async function requireAdministrator(adminId: string, db: StoreDb): Promise<Administrator> {
  const administrator = await new Administrators().byId(adminId, db)
  if (administrator !== undefined) return administrator
  throw new AdministratorError('not_found', 'there is no such administrator')
}

async function createLink(
  adminId: string,
  kind: AdministratorLinkKind,
  validDays: number | undefined,
  { db, now, actor }: ActContext,
) {
  const days = Math.min(maxActivationDays, Math.max(1, validDays ?? defaultDays))
  const link = { kind, adminId, createdBy: actor, expires: now + days * dayMs }
  return await new AdministratorLinks().create(link, now, db)
}

function logged({ email, adminId }: Administrator) {
  return { object: email, objectKind: 'administrator', objectId: adminId } as const
}

function loggedFields({ email, name, phone, role, status }: Administrator) {
  return { email, name, phone, role, status }
}
