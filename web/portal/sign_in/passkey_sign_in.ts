import { startAuthentication } from '@simplewebauthn/browser'
import { useMutation } from '@tanstack/react-query'
import { webauthnProblem } from '../../parts/webauthn_problem.ts'
import { errorMessage, portal } from '../api.ts'
import { useSessionChange } from '../session.ts'

/** Signs in with a passkey of this browser or a nearby phone. */
export function usePasskeySignIn() {
  const { changed } = useSessionChange()
  const mutation = useMutation({
    mutationFn: async () => {
      const optionsJSON = await portal.passkeySignInOptions()
      await portal.passkeySignIn(await startAuthentication({ optionsJSON }))
    },
    onSuccess: changed,
  })
  return {
    start: () => mutation.mutate(),
    isPending: mutation.isPending,
    problem: mutation.error === null ? undefined : passkeyProblem(mutation.error),
  }
}

/** Explains why a passkey could not be used or made. */
export function passkeyProblem(error: unknown): string {
  return webauthnProblem(error) ?? errorMessage(error)
}
