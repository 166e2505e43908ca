import { Button, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconDeviceMobilePlus, IconPlus } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { notify } from '../../parts/notify.ts'
import { PageTitle } from '../../parts/page_title.tsx'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage, type Session } from '../api.ts'
import { AddDevice } from '../enrol/add_device.tsx'
import type { AddedDevice } from '../enrol/added_device.ts'
import { NameForm } from '../enrol/name_form.tsx'
import { useSession } from '../session.ts'
import { useBelongings } from './belongings.ts'
import { DeviceList } from './device_list.tsx'
import { HomeFrame } from './home_frame.tsx'

export function DevicesPage() {
  const session = useSession()
  const [adding, setAdding] = useState(false)
  const ways = session.data?.ways ?? { push: false, sms: false }
  return (
    <HomeFrame>
      <div className="page-head">
        <div>
          <PageTitle size={24}>Your devices</PageTitle>
          <Text c="dimmed" fz="sm" mt={4}>
            The devices you use to confirm sign-ins.
          </Text>
        </div>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
          Add a device
        </Button>
      </div>
      <Devices onAdd={() => setAdding(true)} />
      <AddDialog opened={adding} ways={ways} onClose={() => setAdding(false)} />
    </HomeFrame>
  )
}

function Devices({ onAdd }: { readonly onAdd: () => void }) {
  const belongings = useBelongings()
  if (belongings.isPending) {
    return (
      <Stack gap="sm" role="status" aria-busy="true" aria-label="Loading">
        <Skeleton h={92} radius="lg" />
        <Skeleton h={92} radius="lg" />
      </Stack>
    )
  }
  if (belongings.isError) {
    return (
      <Failed
        title="Can’t show your devices"
        message={errorMessage(belongings.error)}
        retry={() => belongings.refetch()}
      />
    )
  }
  if (belongings.data.devices.length > 0) return <DeviceList devices={belongings.data.devices} />
  return (
    <Paper>
      <Stack align="center" ta="center" gap="sm" py="md">
        <IconDeviceMobilePlus size={40} aria-hidden className="dim" />
        <Text fw={600}>No devices yet</Text>
        <Text c="dimmed" fz="sm">
          Add a device so you can confirm your sign-ins.
        </Text>
        <Button variant="light" onClick={onAdd}>
          Add a device
        </Button>
      </Stack>
    </Paper>
  )
}

function AddDialog({
  opened,
  ways,
  onClose,
}: {
  readonly opened: boolean
  readonly ways: Session['ways']
  readonly onClose: () => void
}) {
  const client = useQueryClient()
  const small = useMediaQuery('(max-width: 30em)') ?? false
  const [added, setAdded] = useState<AddedDevice>()
  const onAdded = (device: AddedDevice) => {
    if (device.kind === 'phone') {
      setAdded(device)
      return
    }
    notify(`${device.name} added`)
    close()
  }
  const close = () => {
    setAdded(undefined)
    client.invalidateQueries({ queryKey: ['devices'] }).catch(() => {})
    onClose()
  }
  return (
    <Dialog
      opened={opened}
      onClose={close}
      size={520}
      fullScreen={small}
      title={added === undefined ? 'Add a device' : 'Phone connected'}
    >
      {added === undefined ? (
        <AddDevice ways={ways} onAdded={onAdded} />
      ) : (
        <Stack gap="md">
          <Text c="dimmed">Give it a name so you can recognise it.</Text>
          <NameForm device={added} onNamed={close} />
        </Stack>
      )}
    </Dialog>
  )
}
