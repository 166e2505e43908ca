import { systemClock } from '../../host/clock.ts'
import { currentStatus, type User } from '../../service/people/user.ts'
import { isoTime } from './output.ts'

/** A user for scripts. */
export function userJson(user: User) {
  return {
    user_id: user.userId,
    username: user.username,
    aliases: user.aliases,
    realname: user.realname,
    email: user.email,
    firstname: user.firstname,
    lastname: user.lastname,
    notes: user.notes,
    status: currentStatus(user, systemClock.now()),
    bypass_until: isoTime(user.bypass?.until ?? null),
    bypass_by: user.bypass?.by ?? null,
    trashed: isoTime(user.trashed?.at ?? null),
    first_enrolled: isoTime(user.firstEnrolled),
    created: isoTime(user.created),
    last_login: isoTime(user.lastLogin),
  }
}
