import { type InvitationMailer, inviteUser } from '../../../administration/acts/invitations.ts'
import { createUser } from '../../../administration/acts/users.ts'
import { Users } from '../../../people/users.ts'
import { done, type Endpoint, endpoint, nothing } from './endpoint.ts'
import { filled, integer, invalid } from './parameters.ts'
import { about } from './refusal.ts'

const maxText = 255
const daySecs = 86_400
const defaultSecs = 30 * daySecs
const maxSecs = 90 * daySecs

/**
 * Enrolment by mail (duo.com/docs/adminapi, "Enroll User").
 *
 * @param sendMail `undefined` if no mail can be sent.
 */
export function userEnrolmentEndpoints(
  sendMail: InvitationMailer | undefined,
): readonly Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/enroll',
      permission: 'adminapi_write_resource',
      summary: 'Creates a user unless there is one, and mails a link to enrol.',
      parameters: {
        username: filled(maxText),
        email: filled(maxText),
        valid_secs: integer(1, maxSecs).default(defaultSecs).describe('30 days by default.'),
      },
      response: nothing,
      answer: async ({ parameters, administration, db }) => {
        const { username, email, valid_secs: validSecs } = parameters
        if (sendMail === undefined) throw invalid('email', 'the service can send no mail')
        const known = await new Users().byName(username, db)
        const { user, invitation } = await administration.together(async (run) => {
          const invited = known ?? (await about('username', run(createUser, { username, email })))
          return { user: invited, invitation: await run(inviteUser, { user: invited, validSecs }) }
        })
        await sendMail(user, email, invitation, { isReminder: false })
        return done
      },
    }),
  ]
}
