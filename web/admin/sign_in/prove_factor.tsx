import { Button, Divider, Stack } from '@mantine/core'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Problem } from '../../parts/problem.tsx'
import type { Session } from '../session.ts'
import { passkeyProblem, provePasskey } from './passkey.ts'
import { ProvePush } from './prove_push.tsx'
import { TotpForm } from './totp_form.tsx'

/** The factors that an administrator has, each with what to do. */
export function ProveFactor({
  path,
  session: { factors, phones = [] },
  action,
  onDone,
}: {
  readonly path: 'sign-in' | 'step-up'
  readonly session: Pick<Session, 'factors' | 'phones'>
  /** Label of the button next to a passcode. */
  readonly action: string
  readonly onDone: (session: Session) => void
}) {
  const passkey = useMutation({ mutationFn: () => provePasskey(path), onSuccess: onDone })
  const hasPasskey = factors.includes('passkey') && browserSupportsWebAuthn()
  const hasPush = phones.length > 0
  const hasTotp = factors.includes('totp')
  return (
    <Stack gap="md">
      {hasPasskey && (
        <>
          <Button
            size="md"
            leftSection={<IconFingerprint size={20} aria-hidden />}
            loading={passkey.isPending}
            onClick={() => passkey.mutate()}
            autoFocus
          >
            Use a passkey
          </Button>
          <Problem>{passkeyProblem(passkey.error)}</Problem>
        </>
      )}
      {hasPasskey && hasPush && <Divider label="or" labelPosition="center" />}
      {hasPush && <ProvePush path={path} phones={phones} onDone={onDone} isFirst={!hasPasskey} />}
      {(hasPasskey || hasPush) && hasTotp && <Divider label="or" labelPosition="center" />}
      {hasTotp && (
        <TotpForm path={path} onDone={onDone} action={action} isFirst={!hasPasskey && !hasPush} />
      )}
      {!hasPasskey && !hasPush && !hasTotp && (
        <Problem>
          This browser can’t use your factors. Sign in with another browser, or ask an owner to
          reset them.
        </Problem>
      )}
    </Stack>
  )
}
