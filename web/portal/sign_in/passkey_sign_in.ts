import { startAuthentication, WebAuthnError } from '@simplewebauthn/browser'
import { useMutation } from '@tanstack/react-query'
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

/** Explains why a WebAuthn ceremony failed. */
export function passkeyProblem(error: unknown): string {
  if (
    error instanceof WebAuthnError &&
    error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED'
  ) {
    return 'This device already has a passkey for your account.'
  }
  const name = error instanceof Error ? error.name : ''
  if (error instanceof WebAuthnError || name === 'NotAllowedError' || name === 'AbortError') {
    return 'The passkey request was cancelled or timed out.'
  }
  return errorMessage(error)
}
