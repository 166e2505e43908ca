import { Button, Checkbox, Paper, Stack, Text } from '@mantine/core'
import { IconLifebuoy } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { PageTitle } from '../../parts/page_title.tsx'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage, portal } from '../api.ts'
import { MakePasskey } from '../make_passkey.tsx'
import { RecoveryCodes } from '../recovery_codes.tsx'

/** What helps on the day that the phone is gone. */
export function RecoveryStep({
  before,
  onDone,
}: {
  /** Codes that there are already, as where the page was loaded anew. */
  readonly before: number
  readonly onDone: () => void
}) {
  const make = useMutation({ mutationFn: portal.recoveryCodes })
  const [kept, setKept] = useState(false)
  const codes = make.data?.codes
  return (
    <Stack gap="lg">
      <div>
        <PageTitle>In case you lose your phone</PageTitle>
        <Text c="dimmed" mt={6}>
          A recovery code lets you in once, without your phone. Keep them where your phone is not.
        </Text>
      </div>
      {codes === undefined ? (
        <Paper>
          <Stack gap="md" align="flex-start">
            <Text>
              {before === 0
                ? 'Ten codes are made and shown once. Have a printer, a file or a pen ready.'
                : `You have ${before} already. New ones take their place, and are shown once.`}
            </Text>
            <Problem>{make.error === null ? undefined : errorMessage(make.error)}</Problem>
            <Button
              leftSection={<IconLifebuoy size={20} aria-hidden />}
              variant={before === 0 ? 'filled' : 'light'}
              loading={make.isPending}
              onClick={() => make.mutate()}
            >
              {before === 0 ? 'Show my recovery codes' : 'Make new codes'}
            </Button>
          </Stack>
        </Paper>
      ) : (
        <RecoveryCodes codes={codes} />
      )}
      <MakePasskey />
      {codes !== undefined && (
        <Checkbox
          label="I have put the codes in a safe place"
          checked={kept}
          onChange={(event) => setKept(event.currentTarget.checked)}
        />
      )}
      <Button
        variant={codes === undefined && before === 0 ? 'subtle' : 'filled'}
        disabled={codes !== undefined && !kept}
        onClick={onDone}
      >
        {codes === undefined ? (before === 0 ? 'Skip this' : 'Keep those I have') : 'Continue'}
      </Button>
    </Stack>
  )
}
