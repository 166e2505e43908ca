import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { CopyField } from '../parts/copy.tsx'
import { useForm } from '../parts/form.ts'
import { Moment } from '../parts/moment.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useShownUser } from './shown_user.ts'
import type { User } from './user.ts'

interface Invited {
  readonly sent_to: string | null
  readonly link: string | null
  readonly expires: number
}

export function InviteDialog() {
  const user = useShownUser()
  return user === undefined ? null : <InviteForm user={user} parent={`/users/${user.user_id}`} />
}

/** Sends an invitation again, on the page of invitations. */
export function ResendDialog() {
  const user = useShownUser()
  return user === undefined ? null : <InviteForm user={user} parent="/users/invitations" />
}

function InviteForm({
  user: { user_id, username, email },
  parent,
}: {
  readonly user: User
  readonly parent: string
}) {
  const close = useCloseRoute(parent)
  const path = `users/${user_id}/invite`
  const changes = ['users', 'invitations']
  const send = useAct({
    run: (body: { readonly email: string }) => api.post<Invited>(path, body),
    changes,
  })
  const byLink = useAct({ run: () => api.post<Invited>(path, { by_link: true }), changes })
  const form = useForm({ email }, send)
  const invited = send.data ?? byLink.data
  return (
    <RouteDialog parent={parent} title={`Invite ${username}`}>
      {invited === undefined ? (
        <Stack component="form" gap="md" onSubmit={form.submit}>
          <Text fz="sm">
            The link lets {username} add a device. It works once, and replaces a link that is still
            open.
          </Text>
          <TextInput
            {...form.text('email')}
            label="E-mail address"
            type="email"
            maxLength={254}
            data-autofocus
          />
          <Problem>{form.problem}</Problem>
          <Group justify="space-between" gap="sm">
            <Button
              variant="subtle"
              loading={byLink.isPending}
              onClick={() => byLink.mutate(undefined)}
            >
              Show a link instead
            </Button>
            <Button
              type="submit"
              loading={send.isPending}
              disabled={form.values.email.trim() === ''}
            >
              Send
            </Button>
          </Group>
        </Stack>
      ) : (
        <Delivered invited={invited} username={username} onClose={close} />
      )}
    </RouteDialog>
  )
}

function Delivered({
  invited: { sent_to, link, expires },
  username,
  onClose,
}: {
  readonly invited: Invited
  readonly username: string
  readonly onClose: () => void
}) {
  return (
    <Stack gap="md">
      <Text fz="sm">
        {sent_to === null ? (
          <>Give this link only to {username}. Anyone who opens it can sign in as them.</>
        ) : (
          <>
            The link was mailed to <b className="break">{sent_to}</b>.
          </>
        )}{' '}
        It expires <Moment at={expires} />.
      </Text>
      {link !== null && (
        <>
          <CopyField label="Link" value={link} />
          <Text fz="sm" c="dimmed">
            It is shown only now.
          </Text>
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  )
}
