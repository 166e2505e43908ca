import { ActionIcon, Button, Group, List, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconFingerprint, IconPencil, IconTrash } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { daysAgo } from '../../parts/date_text.ts'
import { notify } from '../../parts/notify.ts'
import { PageTitle } from '../../parts/page_title.tsx'
import { Failed, Problem } from '../../parts/problem.tsx'
import { errorMessage, type Passkey, portal } from '../api.ts'
import { MakePasskey } from '../make_passkey.tsx'
import { RecoveryCodes } from '../recovery_codes.tsx'
import { useBelongings, useChange } from './belongings.ts'
import { HomeFrame } from './home_frame.tsx'
import { RemoveDialog } from './remove_dialog.tsx'
import { RenameDialog } from './rename_dialog.tsx'

export function RecoveryPage() {
  const belongings = useBelongings()
  return (
    <HomeFrame>
      <div>
        <PageTitle size={24}>Recovery</PageTitle>
        <Text c="dimmed" fz="sm" mt={4}>
          Ways to sign in if you lose a device.
        </Text>
      </div>
      {belongings.isPending && <Skeleton h={140} radius="lg" aria-busy="true" />}
      {belongings.isError && (
        <Failed
          title="Can’t show your recovery options"
          message={errorMessage(belongings.error)}
          retry={() => belongings.refetch()}
        />
      )}
      {belongings.isSuccess && (
        <>
          <Codes left={belongings.data.recoveryCodes} />
          {belongings.data.passkeys.length > 0 && <Passkeys passkeys={belongings.data.passkeys} />}
          <MakePasskey
            key={belongings.data.passkeys.length}
            onMade={() => notify('Passkey created')}
          />
        </>
      )}
    </HomeFrame>
  )
}

function Codes({ left }: { readonly left: number }) {
  const [sure, setSure] = useState(left === 0)
  const make = useMutation({ mutationFn: portal.recoveryCodes })
  if (make.data !== undefined) {
    return (
      <Stack gap="sm">
        <Text role="status">
          These codes are shown only once. Keep them somewhere other than on your phone
          {left === 0 ? '.' : '. Your old codes no longer work.'}
        </Text>
        <RecoveryCodes codes={make.data.codes} />
      </Stack>
    )
  }
  return (
    <Paper>
      <Stack gap="sm" align="flex-start">
        <Title order={2} fz="md">
          Recovery codes
        </Title>
        <Text fz="sm" c="dimmed">
          {left === 0
            ? 'You have no recovery codes. Each code signs you in once, in place of a passcode.'
            : `${left} ${left === 1 ? 'code' : 'codes'} left. Each code signs you in once, in place of a passcode.`}
        </Text>
        {left > 0 && left <= 3 && (
          <Text fz="sm" c="var(--warning)" fw={600}>
            You have few codes left. Create new ones.
          </Text>
        )}
        {sure && left > 0 && <Text fz="sm">New codes replace your current ones.</Text>}
        <Problem>{make.error === null ? undefined : errorMessage(make.error)}</Problem>
        {sure ? (
          <Group gap="xs">
            <Button loading={make.isPending} onClick={() => make.mutate()}>
              {left === 0 ? 'Create ten codes' : 'Replace codes'}
            </Button>
            {left > 0 && (
              <Button variant="subtle" onClick={() => setSure(false)}>
                Keep current codes
              </Button>
            )}
          </Group>
        ) : (
          <Button variant="light" onClick={() => setSure(true)}>
            Create new codes
          </Button>
        )}
      </Stack>
    </Paper>
  )
}

function Passkeys({ passkeys }: { readonly passkeys: readonly Passkey[] }) {
  return (
    <Paper>
      <Stack gap="sm">
        <Title order={2} fz="md">
          Your passkeys
        </Title>
        <List listStyleType="none" className="plain-list">
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </List>
      </Stack>
    </Paper>
  )
}

function PasskeyRow({ passkey }: { readonly passkey: Passkey }) {
  const [dialog, setDialog] = useState<'rename' | 'remove'>()
  const { id, name, created, used, removable } = passkey
  const rename = useChange((to: string) => portal.renamePasskey(id, to), 'Passkey renamed')
  const remove = useChange<void>(() => portal.removePasskey(id), `${name} removed`)
  const close = () => setDialog(undefined)
  return (
    <li className="plain-row">
      <Group wrap="nowrap" gap="sm">
        <span className="device-icon">
          <IconFingerprint size={22} aria-hidden />
        </span>
        <div className="device-text">
          <Text fw={600} className="break">
            {name}
          </Text>
          <Text fz="sm" c="dimmed">
            Made {daysAgo(created)}
            {used === null ? ', never used' : `, used ${daysAgo(used)}`}
          </Text>
        </div>
        <Group gap={0} wrap="nowrap">
          <ActionIcon aria-label={`Rename ${name}`} onClick={() => setDialog('rename')}>
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            color="danger"
            aria-label={`Remove ${name}`}
            onClick={() => setDialog('remove')}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <RenameDialog opened={dialog === 'rename'} name={name} change={rename} onClose={close} />
      <RemoveDialog
        opened={dialog === 'remove'}
        name={name}
        change={remove}
        onClose={close}
        refused={
          removable ? undefined : 'This is your only way to sign in here. Add a device first.'
        }
        consequence="You can no longer sign in here with it. Delete it from your browser or phone as well."
      />
    </li>
  )
}
