import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { CodeInput } from '../../parts/code_input.tsx'
import { Problem } from '../../parts/problem.tsx'
import { api, formProblem } from '../api.ts'
import { CopyField } from '../parts/copy.tsx'
import { useForm } from '../parts/form.ts'
import type { Session } from '../session.ts'

interface TotpOffer {
  /** Base32. */
  readonly secret: string
  readonly uri: string
  /** The QR code as SVG. */
  readonly picture: string
}

/** Shows the QR code and the key of an authenticator app, and asks for its first passcode. */
export function AddTotp({
  onDone,
  onBack,
}: {
  readonly onDone: (session: Session) => unknown
  readonly onBack: () => void
}) {
  const offer = useMutation({ mutationFn: () => api.post<TotpOffer>('factors/totp/options') })
  const add = useMutation({
    mutationFn: (body: { readonly passcode: string }) => api.post<Session>('factors/totp', body),
    onSuccess: onDone,
  })
  const form = useForm({ passcode: '' }, add)
  const { mutate } = offer
  useEffect(() => mutate(), [mutate])
  return (
    <Stack component="form" gap="md" onSubmit={form.submit}>
      <Text fz="sm">Scan the code with your app, or type the key into it.</Text>
      <div className="qr-code">
        {offer.data === undefined ? (
          <Skeleton h={180} w={180} />
        ) : (
          <img
            src={`data:image/svg+xml,${encodeURIComponent(offer.data.picture)}`}
            alt="QR code for your authenticator app"
            width={180}
            height={180}
          />
        )}
      </div>
      {offer.data !== undefined && <CopyField label="Key" value={offer.data.secret} />}
      <CodeInput
        label="Passcode"
        description="That the app shows now"
        digits={6}
        value={form.values.passcode}
        onChange={(value) => form.set('passcode', value)}
        error={form.error('passcode')}
      />
      <Problem>{formProblem(offer.error) ?? form.problem}</Problem>
      <Group grow>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button
          type="submit"
          loading={form.isPending}
          disabled={form.values.passcode.trim() === ''}
        >
          Add
        </Button>
      </Group>
    </Stack>
  )
}
