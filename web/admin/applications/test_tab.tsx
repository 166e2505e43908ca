import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { api, formProblem } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'
import type { ApplicationDetails } from './application.ts'
import { RadiusTest } from './radius_test.tsx'

interface Started {
  readonly user: { readonly user_id: string; readonly username: string } | null
  readonly result: 'auth' | 'allow' | 'deny' | 'enroll'
  readonly status_msg: string
  readonly steps: readonly { readonly step: string; readonly because: string }[]
  readonly verification_code: string | null
  readonly txid: string | null
  readonly ms: number
}

interface Answer {
  readonly txid: string
  readonly result: 'waiting' | 'allow' | 'deny'
  readonly status_msg: string
  readonly ms: number
}

const factors = [
  { value: 'push', label: 'Push to the app' },
  { value: 'phone', label: 'Phone call' },
  { value: 'sms', label: 'SMS passcode' },
  { value: 'passcode', label: 'Passcode' },
]
const pollMs = 1000

/** Signs a real user in, with a real factor, and shows each step. */
export function TestTab({ app }: { readonly app: ApplicationDetails }) {
  const path = `applications/${app.integration_key}/test`
  const [username, setUsername] = useState('')
  const [factor, setFactor] = useState('push')
  const [passcode, setPasscode] = useState('')
  const ask = useAct({
    run: (txid: string | null) =>
      api.post<Answer>(`${path}/ask`, {
        username,
        factor,
        ...(factor === 'passcode' ? { passcode } : {}),
        ...(txid === null ? {} : { txid }),
      }),
  })
  const start = useAct({
    run: () => api.post<Started>(`${path}/start`, { username }),
    onDone: ({ result, txid }) => {
      if (result === 'auth') ask.mutate(txid)
    },
  })
  const isWaiting = ask.data?.result === 'waiting'
  const status = useView<Pick<Answer, 'result' | 'status_msg'>>(
    `${path}/status`,
    { txid: ask.data?.txid },
    { enabled: isWaiting, everyMs: pollMs },
  )
  const outcome = isWaiting ? status.data : ask.data
  const isBusy =
    start.isPending || ask.isPending || (isWaiting && (outcome?.result ?? 'waiting') === 'waiting')
  return (
    <>
      <Section
        title="Test it now"
        description="The user really gets the push, call or message. The sign-in takes the same path as one of the application, and is logged."
      >
        <Stack
          component="form"
          gap="md"
          onSubmit={(event) => {
            event.preventDefault()
            ask.reset()
            start.mutate(undefined)
          }}
        >
          <Group align="flex-end">
            <TextInput
              label="Username"
              value={username}
              onChange={(event) => setUsername(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
            />
            <Select
              label="Factor"
              data={factors}
              value={factor}
              onChange={(value) => value !== null && setFactor(value)}
              allowDeselect={false}
            />
            {factor === 'passcode' && (
              <TextInput
                label="Passcode"
                value={passcode}
                onChange={(event) => setPasscode(event.currentTarget.value)}
                autoComplete="one-time-code"
                inputMode="numeric"
              />
            )}
            <Button type="submit" loading={isBusy} disabled={username.trim() === ''}>
              Start
            </Button>
          </Group>
          <Problem>{formProblem(start.error ?? ask.error)}</Problem>
        </Stack>
        {start.data !== undefined && (
          <ol
            className="explain-steps test-steps"
            aria-label="Steps of the test"
            aria-live="polite"
          >
            {start.data.steps.map(({ step, because }) => (
              <li key={step}>
                <b>{step}</b>
                <span>{because}</span>
              </li>
            ))}
            {start.data.verification_code !== null && (
              <li>
                <b>Verification code</b>
                <span>The user must enter {start.data.verification_code} in the app.</span>
              </li>
            )}
            {start.data.result !== 'auth' && (
              <li>
                <b>Result: {start.data.result}</b>
                <span>{start.data.status_msg}</span>
              </li>
            )}
            {ask.data !== undefined && (
              <li>
                <b>{factors.find(({ value }) => value === factor)?.label}</b>
                <span>Asked after {ask.data.ms} ms.</span>
              </li>
            )}
          </ol>
        )}
        {isBusy && isWaiting && <Text fz="sm">Waiting for the user …</Text>}
        {outcome !== undefined && outcome.result !== 'waiting' && (
          <Alert color={outcome.result === 'allow' ? 'success' : 'danger'} mt="md" role="status">
            {outcome.result === 'allow' ? 'Allowed' : 'Denied'}
            {outcome.status_msg === '' ? '' : `: ${outcome.status_msg}`}
          </Alert>
        )}
      </Section>
      {app.client.proxies.length > 0 && <RadiusTest app={app} />}
    </>
  )
}
