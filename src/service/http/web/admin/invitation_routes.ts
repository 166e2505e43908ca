import * as z from 'zod'
import {
  type InvitationMailer,
  inviteUser,
  revokeInvitation,
} from '../../../administration/acts/invitations.ts'
import { Invitations, invitationStates } from '../../../people/enrolment/invitations.ts'
import { portalLink } from '../../../people/enrolment/portal_links.ts'
import { Users } from '../../../people/users.ts'
import { InvalidInput } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import { type PeopleRoutes, requireUser } from './people_routes.ts'
import { invitationJson } from './user_json.ts'

const mailAddress = z.email('write an e-mail address').max(254)

/**
 * Adds the routes of invitations. An invitation is what `invitationJson` returns.
 *
 * - `GET invitations?state&after&limit` → `{ items, next }`, the newest first
 * - `POST users/:id/invite` `{ email?, by_link? }` → `{ sent_to | null, link | null, expires }`. The mail
 *   goes to the user's address unless `email` names another; `by_link` returns the link instead, once. A
 *   new invitation ends the open one.
 * - `DELETE users/:id/invitation` → `{ revoked: true }`: ends the open invitation and its reminders
 */
export function addInvitationRoutes(
  routes: AdminRoutes,
  { store, clock }: PeopleRoutes,
  address: () => string,
  sendMail: InvitationMailer | undefined,
): void {
  const users = new Users()

  routes.view({
    path: 'invitations',
    permit: 'users.view',
    query: listQuery.extend({ state: z.enum(invitationStates).optional() }),
    answer: async ({ query: { state, after, limit } }) => {
      const now = clock.now()
      const request = { after, limit, state }
      const { items, next } = await new Invitations().page(request, now, store.db)
      return { items: items.map((invitation) => invitationJson(invitation, now)), next }
    },
  })

  routes.act({
    method: 'POST',
    path: 'users/:id/invite',
    body: z.object({ email: mailAddress.optional(), by_link: z.boolean().default(false) }),
    answer: async ({ id, body: { email, by_link: byLink }, administration }) => {
      const user = await requireUser(users, id, store.db)
      const to = email ?? user.email
      if (!byLink && sendMail === undefined) {
        throw new InvalidInput(
          'email',
          'The service can’t send mail: the section [mail] of countersign.cfg is missing. Create a link instead.',
        )
      }
      if (!byLink && to === '') {
        throw new InvalidInput(
          'email',
          'The user has no e-mail address. Write one, or create a link.',
        )
      }
      const invitation = await administration.run(inviteUser, { user })
      const { expires } = invitation
      if (byLink) {
        return { sent_to: null, link: portalLink(address(), invitation.code), expires }
      }
      await sendMail?.(user, to, invitation, { isReminder: false })
      return { sent_to: to, link: null, expires }
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'users/:id/invitation',
    body: nothing,
    answer: async ({ id, administration }) => {
      await administration.run(revokeInvitation, { user: await requireUser(users, id, store.db) })
      return { revoked: true }
    },
  })
}
