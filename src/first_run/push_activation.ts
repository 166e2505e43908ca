import type { Clock } from '../host/clock.ts'
import { activatePhone } from '../service/administration/acts/phones.ts'
import type { Administration } from '../service/administration/administration.ts'
import { Phones } from '../service/authenticators/phone/phones.ts'
import { ActivationCodes } from '../service/people/enrolment/activation_codes.ts'
import { Users } from '../service/people/users.ts'
import type { Store } from '../service/store/store.ts'

const dayMs = 24 * 60 * 60_000
const validSecs = 7 * 24 * 60 * 60

/**
 * Creates the link that connects the push app on a user's first phone.
 *
 * @param previous The link of an earlier start; it is kept while it is valid for another day.
 * @returns `undefined` if the user has no phone, or it is activated.
 */
export async function pushActivationUrl(
  {
    store,
    administration,
    clock,
  }: { readonly store: Store; readonly administration: Administration; readonly clock: Clock },
  username: string,
  serviceUrl: string,
  previous: string | undefined,
): Promise<string | undefined> {
  const user = await new Users().byName(username, store.db)
  if (user === undefined) return undefined
  const [phone] = await new Phones().ofUser(user.userId, store.db)
  if (phone === undefined || phone.pushActivated) return undefined
  const previousCode = previous?.split('/').at(-1)
  const known =
    previousCode === undefined
      ? undefined
      : await new ActivationCodes(store).find(previousCode, store.db)
  if (
    known?.phoneId === phone.phoneId &&
    known.used === null &&
    known.expires - clock.now() > dayMs
  ) {
    return `${serviceUrl}/activate/${previousCode}`
  }
  const { code } = await administration.run(activatePhone, { phone, validSecs })
  return `${serviceUrl}/activate/${code}`
}
