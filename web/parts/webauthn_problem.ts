import { WebAuthnError } from '@simplewebauthn/browser'

/** Explains why a WebAuthn ceremony failed; `undefined` for every other error. */
export function webauthnProblem(error: unknown): string | undefined {
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
  return undefined
}
