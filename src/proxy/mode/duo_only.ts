import type { Decider } from '../login/verdict.ts'
import type { ModeChecks } from './mode.ts'

/**
 * The mode of `[radius_server_duo_only]`: what the user typed is the second factor.
 *
 * The client of such a section is always `[duo_only_client]`, which accepts every password.
 */
export function createDuoOnly(_section: unknown, { primary, secondFactor }: ModeChecks): Decider {
  return {
    sendsChallenges: false,
    async decide(login) {
      const first = await primary.authenticate(login)
      return first.kind === 'accepted'
        ? secondFactor.ask(login, login.credential.text, first)
        : { kind: 'reject', stage: 'primary', message: first.message }
    },
  }
}
