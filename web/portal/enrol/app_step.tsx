import { Anchor, Button, Group, Loader, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useFocusFallback } from '../../parts/focus_fallback.ts'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage, portal } from '../api.ts'
import { isPhone } from '../this_device.ts'
import type { AddedDevice } from './added_device.ts'

const everyMs = 1500

/** Shows the activation link on a phone, and its QR code on a computer, and waits for the phone. */
export function AppStep({ onAdded }: { readonly onAdded: (device: AddedDevice) => void }) {
  const heading = useFocusFallback<HTMLHeadingElement>()
  const [scans, setScans] = useState(!isPhone)
  const begun = useQuery({
    queryKey: ['activation'],
    queryFn: portal.activation,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const code = begun.data?.code
  const status = useQuery({
    queryKey: ['activation', code],
    queryFn: () => portal.activationStatus(code ?? ''),
    enabled: code !== undefined,
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.kind === 'waiting' ? everyMs : false,
    gcTime: 0,
  })
  const { kind, device, name = '' } = status.data ?? { kind: 'waiting' }
  useEffect(() => {
    if (kind === 'success' && device !== undefined) onAdded({ id: device, kind: 'phone', name })
  }, [kind, device, name, onAdded])
  if (begun.isError) {
    return (
      <Failed
        title="Can’t create a QR code"
        message={errorMessage(begun.error)}
        retry={() => begun.refetch()}
      />
    )
  }
  if (kind === 'invalid') {
    return (
      <Failed
        title="This code has expired"
        message="Codes are valid for ten minutes."
        retry={() => begun.refetch()}
      />
    )
  }
  return (
    <Paper>
      <Stack gap="md" align="center">
        <Stack gap={4} ta="center">
          <Title ref={heading} order={2} fz="lg" tabIndex={-1}>
            {scans ? 'Scan this QR code with your phone' : 'Connect this phone'}
          </Title>
          <Text fz="sm" c="dimmed">
            {scans
              ? 'Open the camera, point it at the code and follow the link. You don’t need to install anything.'
              : 'The app opens in a new tab. Follow its steps, then come back to this page.'}
          </Text>
        </Stack>
        {begun.data === undefined && <Skeleton w={220} h={scans ? 220 : 48} radius="lg" />}
        {begun.data !== undefined && !scans && (
          <OpenApp link={begun.data.link} label="Use this phone" variant="filled" />
        )}
        {begun.data !== undefined && scans && (
          <img
            className="qr"
            alt="QR code that opens the app on your phone"
            width={220}
            height={220}
            src={`data:image/svg+xml,${encodeURIComponent(begun.data.picture)}`}
          />
        )}
        <Group gap={10} role="status" wrap="nowrap">
          <Loader size="xs" />
          <Text fz="sm" c="dimmed">
            Waiting for your phone…
          </Text>
        </Group>
        {begun.data !== undefined && scans && !isPhone && (
          <OpenApp link={begun.data.link} label="Open the app on this device" variant="light" />
        )}
        {isPhone && (
          <Anchor component="button" type="button" fz="sm" onClick={() => setScans(!scans)}>
            {scans ? 'Use this phone' : 'Use another phone'}
          </Anchor>
        )}
      </Stack>
    </Paper>
  )
}

function OpenApp({
  link,
  label,
  variant,
}: {
  readonly link: string
  readonly label: string
  readonly variant: 'filled' | 'light'
}) {
  return (
    <Button
      component="a"
      href={link}
      target="_blank"
      rel="noreferrer"
      variant={variant}
      rightSection={<IconExternalLink size={18} aria-hidden />}
    >
      {label}
    </Button>
  )
}
