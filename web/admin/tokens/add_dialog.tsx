import { Group, NumberInput, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { UserSelect } from '../parts/user_select.tsx'
import { oathKinds, type Token } from './token.ts'

const parent = '/tokens'

interface NewToken {
  readonly serial: string
  readonly kind: string
  readonly secret: string
  readonly step_secs: string
  readonly counter: number
  readonly username: string
}

const empty: NewToken = {
  serial: '',
  kind: 'hotp-6',
  secret: '',
  step_secs: '30',
  counter: 0,
  username: '',
}

export function AddDialog() {
  const close = useCloseRoute(parent)
  const navigate = useNavigate()
  const add = useAct({
    run: ({ step_secs, counter, ...token }: NewToken) =>
      api.post<Token>('tokens', {
        ...token,
        ...(token.kind.startsWith('totp') ? { step_secs: Number(step_secs) } : { counter }),
      }),
    changes: ['tokens', 'users', 'users-counts'],
    onDone: ({ token_id }) => navigate({ to: `/tokens/${token_id}` }),
    done: ({ serial }) => `${serial} is added`,
  })
  const form = useForm(empty, add)
  const { serial, kind, secret, step_secs, counter, username } = form.values
  return (
    <RouteDialog parent={parent} title="Add a token" size={520}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <TextInput
          {...form.text('serial')}
          label="Serial number"
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <Group grow align="flex-start">
          <Select
            label="Kind"
            data={Object.entries(oathKinds).map(([value, label]) => ({ value, label }))}
            value={kind}
            onChange={(value) => form.set('kind', value ?? 'hotp-6')}
            error={form.error('kind')}
            allowDeselect={false}
          />
          {kind.startsWith('totp') ? (
            <Select
              label="Time step"
              data={[
                { value: '30', label: '30 seconds' },
                { value: '60', label: '60 seconds' },
              ]}
              value={step_secs}
              onChange={(value) => form.set('step_secs', value ?? '30')}
              error={form.error('step_secs')}
              allowDeselect={false}
            />
          ) : (
            <NumberInput
              label="Counter"
              min={0}
              value={counter}
              onChange={(value) => form.set('counter', Number(value))}
              error={form.error('counter')}
            />
          )}
        </Group>
        <PasswordInput
          {...form.text('secret')}
          label="Secret"
          description="In base32. It can’t be shown again."
          maxLength={512}
          autoComplete="off"
          spellCheck={false}
        />
        <UserSelect
          label="User"
          description="Optional. You can assign the token later."
          by="username"
          value={username}
          onChange={(chosen) => form.set('username', chosen)}
          error={form.error('username')}
          clearable
        />
        <FormButtons
          form={form}
          action="Add"
          isReady={serial.trim() !== '' && secret.trim() !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}
