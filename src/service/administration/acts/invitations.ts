import { Invitations } from '../../people/enrolment/invitations.ts'
import { DirectoryError, type User } from '../../people/user.ts'
import { Users } from '../../people/users.ts'
import { readStoredSetting } from '../../settings/settings.ts'
import { act } from '../act.ts'

/** Mails the link of an invitation, and records that it was mailed. */
export type InvitationMailer = (
  user: Pick<User, 'username'>,
  to: string,
  invitation: { readonly code: string; readonly validSecs: number },
  options: { readonly isReminder: boolean },
) => Promise<void>

const hourSecs = 3600

/**
 * Creates an enrolment link. It replaces the open invitations of the user.
 *
 * @returns The code of the link, which can't be read again, and when it expires.
 * @throws {DirectoryError} As `Users.require`.
 */
export const inviteUser = act({
  name: 'user_invite',
  permits: ['users.invite'],
  hourly: { cap: 'invitations' },
  do: async (
    { db, now, actor },
    {
      user,
      validSecs,
    }: {
      readonly user: User
      /** Without it, the setting applies. */
      readonly validSecs?: number | undefined
    },
  ) => {
    const { username, userId } = await new Users().require(user, db)
    const invitations = new Invitations()
    const secs = validSecs ?? (await readStoredSetting('enrolment_link_hours', db)) * hourSecs
    await invitations.replaceOpen(userId, now, db)
    const invitation = { username, userId, ikey: null, validSecs: secs, createdBy: actor }
    const code = await invitations.create(invitation, now, db)
    return { code, validSecs: secs, expires: now + secs * 1000 }
  },
  log: ({ user }, { validSecs }) => ({
    object: user.username,
    objectKind: 'invitation',
    objectId: '',
    userId: user.userId,
    description: { valid_secs: validSecs },
  }),
})

/**
 * Ends the open invitations of a user, and their reminders.
 *
 * @throws {DirectoryError} `DIRECTORY_NOT_FOUND` if there is none.
 */
export const revokeInvitation = act({
  name: 'user_invite_revoke',
  permits: ['users.invite'],
  do: async ({ db, now }, { user }: { readonly user: User }) => {
    const { userId, username } = await new Users().require(user, db)
    if ((await new Invitations().revokeOpen(userId, now, db)) > 0) return
    throw new DirectoryError('DIRECTORY_NOT_FOUND', `'${username}' has no open invitation`)
  },
  log: ({ user }) => ({
    object: user.username,
    objectKind: 'invitation',
    objectId: '',
    userId: user.userId,
    description: '',
  }),
})
