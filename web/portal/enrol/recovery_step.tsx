import { Button, Checkbox, Paper, Stack, Text, Title } from '@mantine/core'
import { IconLifebuoy } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { messageOf, portal } from '../api.ts'
import { MakePasskey } from '../make_passkey.tsx'
import { RecoveryCodes } from '../recovery_codes.tsx'

/** What helps on the day that the phone is gone. */
export function RecoveryStep({ onDone }: { readonly onDone: () => void }) {
  const make = useMutation({ mutationFn: portal.recoveryCodes })
  const [kept, setKept] = useState(false)
  const codes = make.data?.codes
  return (
    <Stack gap="lg">
      <div>
        <Title order={1} fz={28} className="balance">
          In case you lose your phone
        </Title>
        <Text c="dimmed" mt={6}>
          A recovery code lets you in once, without your phone. Keep them where your phone is not.
        </Text>
      </div>
      {codes === undefined ? (
        <Paper>
          <Stack gap="md" align="flex-start">
            <Text>Ten codes are made and shown once. Have a printer, a file or a pen ready.</Text>
            <Problem>{make.error === null ? undefined : messageOf(make.error)}</Problem>
            <Button
              leftSection={<IconLifebuoy size={20} aria-hidden />}
              loading={make.isPending}
              onClick={() => make.mutate()}
            >
              Show my recovery codes
            </Button>
          </Stack>
        </Paper>
      ) : (
        <>
          <RecoveryCodes codes={codes} />
          <Checkbox
            label="I have put them in a safe place"
            checked={kept}
            onChange={(event) => setKept(event.currentTarget.checked)}
          />
        </>
      )}
      <MakePasskey />
      <Button
        variant={codes === undefined ? 'subtle' : 'filled'}
        disabled={codes !== undefined && !kept}
        onClick={onDone}
      >
        {codes === undefined ? 'Skip this' : 'Continue'}
      </Button>
    </Stack>
  )
}
