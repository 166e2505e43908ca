import type { User } from '../../service/people/user.ts'
import { isoTime } from './output.ts'

/** A user for scripts. */
export function userJson(user: User) {
  return {
    user_id: user.userId,
    username: user.username,
    aliases: user.aliases,
    realname: user.realname,
    email: user.email,
    status: user.status,
    created: isoTime(user.created),
    last_login: isoTime(user.lastLogin),
  }
}
