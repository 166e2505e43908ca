import { Button, Group, Stack, Text } from '@mantine/core'
import { IconDeviceMobile } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { api, formProblem } from '../api.ts'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { type Session, useSession } from '../session.ts'
import { Choice } from './choice.tsx'
import { usePush } from './push.ts'
import { PushCode } from './push_code.tsx'

interface OfferedPhone {
  readonly phone_id: string
  /** Empty if the phone has no name. */
  readonly name: string
  /** Masked; empty for none. */
  readonly number: string
  readonly username: string
}

/** Chooses one of the administrator's phones, and adds it once it has approved a push. */
export function AddPush({
  onDone,
  onBack,
}: {
  readonly onDone: (session: Session) => unknown
  readonly onBack: () => void
}) {
  const offer = useMutation({
    mutationFn: () =>
      api.post<{ readonly phones: readonly OfferedPhone[] }>('factors/push/options'),
  })
  const push = usePush('factors/push', onDone)
  const { mutate } = offer
  useEffect(() => mutate(), [mutate])
  const phones = offer.data?.phones
  return (
    <Stack gap="md">
      {push.sent === undefined ? (
        <Phones
          phones={phones}
          isSending={push.isSending}
          hasFailed={offer.isError}
          onChoose={(phone_id) => push.send({ phone_id })}
        />
      ) : (
        <PushCode push={push.sent} />
      )}
      <Problem>{formProblem(offer.error) ?? push.problem}</Problem>
      <Group grow>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        {(phones?.length === 0 || offer.isError) && (
          <Button loading={offer.isPending} onClick={() => mutate()}>
            Look again
          </Button>
        )}
      </Group>
    </Stack>
  )
}

function Phones({
  phones,
  isSending,
  hasFailed,
  onChoose,
}: {
  readonly phones: readonly OfferedPhone[] | undefined
  readonly isSending: boolean
  readonly hasFailed: boolean
  readonly onChoose: (phoneId: string) => void
}) {
  if (hasFailed) return null
  if (phones === undefined) return <LoadingSkeleton h={74} radius="md" />
  if (phones.length === 0) return <NoPhone />
  return (
    <Stack gap="sm">
      <Text fz="sm">Choose a phone. This page then shows a code, which you type into the app.</Text>
      {phones.map(({ phone_id, name, number, username }) => (
        <Choice
          key={phone_id}
          icon={<IconDeviceMobile size={24} stroke={1.6} aria-hidden />}
          title={name === '' ? 'Phone' : name}
          detail={number === '' ? username : `${username} · ${number}`}
          busy={isSending ? 'Sending a push…' : undefined}
          onChoose={() => onChoose(phone_id)}
        />
      ))}
    </Stack>
  )
}

function NoPhone() {
  const email = useSession().data?.admin?.email
  return (
    <Stack gap="xs">
      <Text fw={600}>No phone to add</Text>
      <Text fz="sm" c="dimmed" className="break">
        You need a user with your e-mail address {email}, and the Countersign app activated on that
        user’s phone. If there is no such user, ask an administrator to add one. Phones that you
        have added already are not listed.
      </Text>
    </Stack>
  )
}
