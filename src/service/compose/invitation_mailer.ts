import type { InvitationMailer } from '../administration/acts/invitations.ts'
import { portalLink } from '../people/enrolment/portal_links.ts'
import { invitationMail } from '../self_service/notices.ts'
import type { Domain } from './domain.ts'

/** @returns `undefined` if no mail can be sent. */
export function composeInvitationMailer({
  store,
  delivery,
  organisation,
  invitations,
  origin,
  clock,
}: Pick<Domain, 'store' | 'delivery' | 'organisation' | 'invitations' | 'origin' | 'clock'>):
  | InvitationMailer
  | undefined {
  const { mail } = delivery
  if (mail === undefined) return undefined
  return async ({ username }, to, { code, validSecs }, { isReminder }) => {
    const link = portalLink(origin.url, code)
    const hours = Math.ceil(validSecs / 3600)
    await mail.send(invitationMail(to, username, link, hours, organisation))
    await store.transaction((db) => invitations.mailed(code, to, clock.now(), { isReminder }, db))
  }
}
