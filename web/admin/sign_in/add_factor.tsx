import { Stack } from '@mantine/core'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { IconBell, IconDeviceMobile, IconFingerprint } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import type { Session } from '../session.ts'
import { AddPush } from './add_push.tsx'
import { AddTotp } from './add_totp.tsx'
import { Choice } from './choice.tsx'
import { makePasskey, passkeyProblem } from './passkey.ts'

/** Chooses and adds a factor: the first one of an account, or a further one. */
export function AddFactor({ onDone }: { readonly onDone: (session: Session) => unknown }) {
  const [kind, setKind] = useState<'totp' | 'push'>()
  const passkey = useMutation({ mutationFn: makePasskey, onSuccess: onDone })
  const back = () => setKind(undefined)
  if (kind === 'totp') return <AddTotp onDone={onDone} onBack={back} />
  if (kind === 'push') return <AddPush onDone={onDone} onBack={back} />
  return (
    <Stack gap="sm">
      {browserSupportsWebAuthn() && (
        <Choice
          icon={<IconFingerprint size={24} stroke={1.6} aria-hidden />}
          title="Passkey"
          detail="Fingerprint, face or PIN of this device, or a security key. Safe from phishing."
          busy={passkey.isPending ? 'Waiting for your device…' : undefined}
          onChoose={() => passkey.mutate()}
        />
      )}
      <Choice
        icon={<IconBell size={24} stroke={1.6} aria-hidden />}
        title="Push to the Countersign app"
        detail="You approve on your phone, with a code that the panel shows."
        onChoose={() => setKind('push')}
      />
      <Choice
        icon={<IconDeviceMobile size={24} stroke={1.6} aria-hidden />}
        title="Authenticator app"
        detail="Google, Microsoft, 1Password and others show a passcode of six digits."
        onChoose={() => setKind('totp')}
      />
      <Problem>{passkeyProblem(passkey.error)}</Problem>
    </Stack>
  )
}
