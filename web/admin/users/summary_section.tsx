import { DefinitionList } from '../parts/definition_list.tsx'
import { LinkButton } from '../parts/links.tsx'
import { Moment } from '../parts/moment.tsx'
import { Section } from '../parts/section.tsx'
import { usePermits } from '../session.ts'
import { invitationWords, isOpenInvitation, statusWords, type User } from './user.ts'

/** The account: who it is, whether they may sign in, and whether they can. */
export function SummarySection({ user }: { readonly user: User }) {
  const { user_id, status, bypass, invitation, trashed } = user
  const permits = usePermits()
  return (
    <Section
      title="Account"
      actions={
        trashed === null &&
        permits('users.edit') && (
          <LinkButton to={`/users/${user_id}/status`} variant="default" size="xs">
            Change status
          </LinkButton>
        )
      }
    >
      <DefinitionList
        items={[
          ['E-mail address', user.email],
          ['Aliases', user.aliases.join(', ')],
          [
            'Status',
            bypass === null ? (
              statusWords[status]
            ) : (
              <>
                Bypass, {bypass.until === null ? 'without an end' : 'until '}
                {bypass.until !== null && <Moment at={bypass.until} withDate />}
                {bypass.by !== null && `, set by ${bypass.by}`}
              </>
            ),
          ],
          ['Enrolment', enrolmentWords(user)],
          ['Can sign in now', user.can_sign_in ? 'Yes' : 'No'],
          [
            'Invitation',
            invitation !== null && (
              <>
                {invitationWords[invitation.state]}
                {invitation.email !== '' && ` to ${invitation.email}`},{' '}
                <Moment at={invitation.opened ?? invitation.sent ?? invitation.created} /> by{' '}
                {invitation.created_by}
                {invitation.reminders > 0 &&
                  `, ${invitation.reminders} ${invitation.reminders === 1 ? 'reminder' : 'reminders'}`}
                {isOpenInvitation(invitation) && permits('users.invite') && (
                  <>
                    {' '}
                    <LinkButton
                      to={`/users/${user_id}/revoke-invitation`}
                      variant="subtle"
                      color="danger"
                      size="compact-xs"
                    >
                      Revoke
                    </LinkButton>
                  </>
                )}
              </>
            ),
          ],
          ['Last sign-in', <Moment key="last" at={user.last_login} />],
          ['Added', <Moment key="created" at={user.created} withDate />],
          ['Notes', user.notes],
        ].map(([term, value]) => [String(term), value === false ? null : value] as const)}
      />
    </Section>
  )
}

function enrolmentWords({ enrolled, first_enrolled }: User) {
  if (!enrolled) {
    return first_enrolled === null ? 'Never had a device' : 'No device now; was enrolled before'
  }
  return (
    <>
      Has a device, first <Moment at={first_enrolled} />
    </>
  )
}
