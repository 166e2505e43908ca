import { Alert, Radio, Select, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import type { useForm } from '../parts/form.ts'
import { usePermits } from '../session.ts'

export interface ChosenStatus {
  readonly chosen: string
  /** Hours of a bypass; `none` for no end. */
  readonly period: string
}

const hourMs = 3_600_000
const periods = [
  { value: '1', label: '1 hour' },
  { value: '8', label: '8 hours' },
  { value: '24', label: '1 day' },
  { value: '168', label: '1 week' },
  { value: '720', label: '30 days' },
  { value: 'none', label: 'No end' },
]

/** The values of the API for a chosen status. */
export function toStatusChange({ chosen, period }: ChosenStatus) {
  const until = period === 'none' ? null : Date.now() + Number(period) * hourMs
  return { status: chosen, ...(chosen === 'bypass' ? { bypass_until: until } : {}) }
}

/** Chooses a status, and for a bypass when it ends. */
export function StatusChoice({
  form,
  warning,
}: {
  readonly form: ReturnType<typeof useForm<ChosenStatus>>
  /** What a bypass means for the users that are changed. */
  readonly warning: ReactNode
}) {
  const permits = usePermits()
  const { chosen, period } = form.values
  return (
    <>
      <Radio.Group
        label="Status"
        value={chosen}
        onChange={(value) => form.set('chosen', value)}
        error={form.error('status')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="active" label="Active" description="Needs a second factor to sign in." />
          <Radio
            value="bypass"
            label="Bypass"
            description="Signs in with the password alone. Policies do not apply."
            disabled={!permits('users.bypass')}
          />
          <Radio value="disabled" label="Disabled" description="Can’t sign in." />
        </Stack>
      </Radio.Group>
      {chosen === 'bypass' && (
        <>
          <Select
            label="Ends after"
            data={periods}
            value={period}
            onChange={(value) => value !== null && form.set('period', value)}
            error={form.error('bypass_until')}
            allowDeselect={false}
          />
          <Alert color="warning">{warning}</Alert>
        </>
      )}
    </>
  )
}
