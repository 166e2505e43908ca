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
    takesResponses: true,
    async decide(login) {
      const first = await primary.authenticate(login)
      if (first.kind === 'rejected') {
        return { kind: 'reject', stage: 'primary', message: first.message }
      }
      const { credential } = login
      return credential.kind === 'pap'
        ? secondFactor.ask(login, credential.text, first)
        : secondFactor.askByResponse(login, credential.proof, first)
    },
  }
}
