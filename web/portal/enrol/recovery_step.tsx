import { Button, Checkbox, Paper, Stack, Text } from '@mantine/core'
import { IconLifebuoy } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { PageTitle } from '../../parts/page_title.tsx'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage, portal } from '../api.ts'
import { MakePasskey } from '../make_passkey.tsx'
import { RecoveryCodes } from '../recovery_codes.tsx'

export function RecoveryStep({
  before,
  onDone,
}: {
  /** Number of existing codes, for example after a reload. */
  readonly before: number
  readonly onDone: () => void
}) {
  const make = useMutation({ mutationFn: portal.recoveryCodes })
  const [kept, setKept] = useState(false)
  const codes = make.data?.codes
  return (
    <Stack gap="lg">
      <div>
        <PageTitle>If you lose your phone</PageTitle>
        <Text c="dimmed" mt={6}>
          Each recovery code signs you in once, without your phone. Keep the codes somewhere other
          than on your phone.
        </Text>
      </div>
      {codes === undefined ? (
        <Paper>
          <Stack gap="md" align="flex-start">
            <Text>
              {before === 0
                ? 'You’ll get ten codes. They are shown only once. Be ready to print, save or write them down.'
                : `You already have ${before}. New codes replace them and are shown only once.`}
            </Text>
            <Problem>{make.error === null ? undefined : errorMessage(make.error)}</Problem>
            <Button
              leftSection={<IconLifebuoy size={20} aria-hidden />}
              variant={before === 0 ? 'filled' : 'light'}
              loading={make.isPending}
              onClick={() => make.mutate()}
            >
              {before === 0 ? 'Show recovery codes' : 'Create new codes'}
            </Button>
          </Stack>
        </Paper>
      ) : (
        <RecoveryCodes codes={codes} />
      )}
      <MakePasskey />
      {codes !== undefined && (
        <Checkbox
          label="I have saved these codes in a safe place"
          checked={kept}
          onChange={(event) => setKept(event.currentTarget.checked)}
        />
      )}
      <Button
        variant={codes === undefined && before === 0 ? 'subtle' : 'filled'}
        disabled={codes !== undefined && !kept}
        onClick={onDone}
      >
        {codes === undefined ? (before === 0 ? 'Skip' : 'Keep my current codes') : 'Continue'}
      </Button>
    </Stack>
  )
}
