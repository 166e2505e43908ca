import type { Clock } from '../host/clock.ts'
import { Phones } from '../service/authenticators/phone/phones.ts'
import { ActivationCodes } from '../service/people/enrolment/activation_codes.ts'
import { Users } from '../service/people/users.ts'
import type { Store } from '../service/store/store.ts'

const dayMs = 24 * 60 * 60_000
const validMs = 7 * dayMs

/**
 * A link by which the first phone of a user's becomes one that answers pushes.
 *
 * @param before The one that an earlier start made: it is kept as long as it is good for a day.
 * @returns `undefined` where the user has no such phone, or it has been activated.
 */
export async function pushActivationUrl(
  store: Store,
  username: string,
  serviceUrl: string,
  before: string | undefined,
  clock: Clock,
): Promise<string | undefined> {
  const user = await new Users(store).byName(username)
  if (user === undefined) return undefined
  const [phone] = await new Phones(store).ofUser(user.userId)
  if (phone === undefined || phone.pushActivated) return undefined
  const codes = new ActivationCodes(store)
  const now = clock.now()
  const known = before?.split('/').at(-1)
  const standing = known === undefined ? undefined : await codes.find(known)
  const good =
    standing?.phoneId === phone.phoneId && standing.used === null && standing.expires - now > dayMs
  const code =
    good && known !== undefined
      ? known
      : await codes.create(user.userId, phone.phoneId, now + validMs, now, store.db)
  return `${serviceUrl}/activate/${code}`
}
