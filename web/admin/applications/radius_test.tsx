import { Alert, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { Section } from '../parts/section.tsx'
import type { ApplicationDetails } from './application.ts'

interface RadiusAnswer {
  readonly result: string
  readonly message: string
  readonly explanation: string
  readonly ms: number
}

interface Fields {
  readonly proxy: string
  readonly username: string
  readonly password: string
}

/** Sends a real Access-Request to one of the application's proxies. */
export function RadiusTest({ app }: { readonly app: ApplicationDetails }) {
  const send = useAct({
    run: (fields: Fields) =>
      api.post<RadiusAnswer>(`applications/${app.integration_key}/test/radius`, fields),
  })
  const form = useForm<Fields>(
    { proxy: app.client.proxies[0] ?? '', username: '', password: 'push' },
    send,
  )
  return (
    <Section
      title="Test a proxy"
      description="Sends an Access-Request as the RADIUS client would, from this machine. The proxy must list its address as a client."
    >
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <Group align="flex-end">
          <Select
            label="Proxy"
            data={[...app.client.proxies]}
            value={form.values.proxy}
            onChange={(value) => value !== null && form.set('proxy', value)}
            error={form.error('proxy')}
            allowDeselect={false}
          />
          <TextInput {...form.text('username')} label="Username" autoComplete="off" />
          <TextInput
            {...form.text('password')}
            label="Passcode or factor name"
            description="push, phone, sms or a passcode"
            autoComplete="off"
          />
          <Button
            type="submit"
            loading={form.isPending}
            disabled={form.values.username.trim() === '' || form.values.password.trim() === ''}
          >
            Send
          </Button>
        </Group>
        <Problem>{form.problem}</Problem>
        {send.data !== undefined && (
          <Alert
            color={send.data.result === 'accept' ? 'success' : 'danger'}
            title={`${send.data.result} after ${send.data.ms} ms`}
            role="status"
          >
            {[send.data.message, send.data.explanation].filter((text) => text !== '').join(' – ')}
          </Alert>
        )}
      </Stack>
    </Section>
  )
}
