import type { UserOverview } from '../../../administration/user_overview.ts'
import { type Invitation, invitationState } from '../../../people/enrolment/invitations.ts'

const dayMs = 24 * 60 * 60_000

/**
 * A user as lists and pages show them:
 *
 * ```
 * {
 *   user_id, username, aliases: [text], realname, firstname, lastname, email, notes, external_id | null,
 *   status: 'active' | 'bypass' | 'disabled' | 'locked out' | 'pending deletion',
 *   bypass: { since | null, until | null, by | null } | null,   // until null: no end
 *   trashed: { at, by, deleted_after } | null,
 *   enrolled,                    // has a device now
 *   first_enrolled | null,       // when they first had one: "ever enrolled" if not null
 *   can_sign_in,                 // has a usable factor, and neither status nor a lock forbids it
 *   created, last_login | null,
 *   phones, push_phones, tokens, // counts
 *   invitation: invitation | null,
 *   lock: { failed, limit, until | null, portal_until | null, sources }
 * }
 * ```
 */
export function userJson(
  overview: UserOverview,
  {
    now,
    failedLimit,
    trashDays,
  }: { readonly now: number; readonly failedLimit: number; readonly trashDays: number },
) {
  const { user, status, invitation } = overview
  const { bypass, trashed } = user
  return {
    user_id: user.userId,
    username: user.username,
    aliases: user.aliases,
    realname: user.realname,
    firstname: user.firstname,
    lastname: user.lastname,
    email: user.email,
    notes: user.notes,
    external_id: user.externalId,
    status,
    bypass: status === 'bypass' && bypass !== null ? bypass : null,
    trashed:
      trashed === null ? null : { ...trashed, deleted_after: trashed.at + trashDays * dayMs },
    enrolled: overview.enrolled,
    first_enrolled: user.firstEnrolled,
    can_sign_in: overview.canSignIn,
    created: user.created,
    last_login: user.lastLogin,
    phones: overview.phones,
    push_phones: overview.activatedPhones,
    tokens: overview.tokens,
    invitation: invitation === undefined ? null : invitationJson(invitation, now),
    lock: {
      failed: overview.failed,
      limit: failedLimit,
      until: overview.lockedUntil,
      portal_until: overview.portalLockedUntil,
      sources: overview.lockedSources,
    },
  }
}

/**
 * `{ invitation_id, user_id, username, state, email, created, created_by, sent | null, opened | null,
 * finished | null, replaced | null, expires, reminders }`; `state` is `created` (the link was not mailed),
 * `sent`, `opened`, `finished`, `expired`, `replaced` or `revoked`.
 */
export function invitationJson(invitation: Invitation, now: number) {
  return {
    invitation_id: invitation.codeHash,
    user_id: invitation.userId,
    username: invitation.username,
    state: invitationState(invitation, now),
    email: invitation.email,
    created: invitation.created,
    created_by: invitation.createdBy,
    sent: invitation.sent,
    opened: invitation.opened,
    finished: invitation.used,
    replaced: invitation.replaced,
    expires: invitation.expires,
    reminders: invitation.reminders,
  }
}
