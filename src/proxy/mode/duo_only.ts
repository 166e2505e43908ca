import type { Login, Verdict } from '../login/login.ts'
import type { SecondFactor } from '../second_factor/second_factor.ts'

/**
 * The mode of `[radius_server_duo_only]`: the appliance has checked the password already, so that
 * the second factor is all that is asked for.
 */
export function duoOnly(secondFactor: SecondFactor): (login: Login) => Promise<Verdict> {
  return (login) => secondFactor.ask(login)
}
