import type { Login } from '../login/login.ts'
import type { Decider, Verdict } from '../login/verdict.ts'
import type { PrimaryResult } from '../primary/primary.ts'
import type { ModeChecks } from './mode.ts'

/**
 * The mode of `[radius_server_duo_only]`: what the user typed is the second factor.
 *
 * The client of such a section is always `[duo_only_client]`, which accepts every password.
 */
export function createDuoOnly(_section: unknown, { primary, secondFactor }: ModeChecks): Decider {
  const decideAfter = (login: Login, first: PrimaryResult): Verdict | Promise<Verdict> => {
    if (first.kind === 'rejected') {
      return { kind: 'reject', stage: 'primary', message: first.message }
    }
    const { credential } = login
    return credential.kind === 'pap'
      ? secondFactor.ask(login, credential.text, first)
      : secondFactor.askByResponse(login, credential.proof, first)
  }
  return {
    sendsChallenges: false,
    takesResponses: true,
    decide: (login) => {
      const first = primary.authenticate(login)
      if (!(first instanceof Promise)) return decideAfter(login, first)
      return first.then((checked) => decideAfter(login, checked))
    },
  }
}
