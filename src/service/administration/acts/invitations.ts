import { Invitations } from '../../people/enrolment/invitations.ts'
import { requireNewName } from '../../people/user_names.ts'
import { act } from '../act.ts'

/**
 * Creates an enrolment link.
 *
 * @returns The code of the link, which can't be read again.
 * @throws {DirectoryError} As `requireNewName`, if `userId` is null.
 */
export const inviteUser = act({
  name: 'user_invite',
  permits: ['users.invite'],
  do: async (
    { db, now, actor },
    {
      username,
      userId,
      validSecs,
    }: {
      readonly username: string
      /** `null` for a name that becomes a user with the first device. */
      readonly userId: string | null
      readonly validSecs: number
    },
  ) => {
    if (userId === null) await requireNewName(username, 'none', db)
    const invitation = { username, userId, ikey: null, validSecs, createdBy: actor }
    return await new Invitations().create(invitation, now, db)
  },
  log: ({ username, validSecs }) => ({
    object: username,
    description: { valid_secs: validSecs },
  }),
})
