import { Alert, Group, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { errorMessage, type ListPage } from '../api.ts'
import { Section } from '../parts/section.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { useView } from '../parts/view.ts'

interface Explanation {
  readonly application: string
  readonly result: 'auth' | 'allow' | 'deny' | 'enroll'
  readonly reason: string | null
  readonly status_msg: string | null
  readonly steps: readonly {
    readonly step: string
    readonly because: string
    readonly section?: string
    readonly source?: string
  }[]
  readonly devices: readonly {
    readonly id: string
    readonly name: string
    readonly methods: readonly string[]
  }[]
}

const resultWords = {
  auth: 'would be asked for a second factor',
  allow: 'would be let in without a second factor',
  deny: 'would be denied',
  enroll: 'would be asked to enrol a device',
} as const
const tones = { auth: 'success', allow: 'warning', deny: 'danger', enroll: 'primary' } as const

/** Why the user would be let in, denied or asked now, step by step. */
export function ExplainTab({ userId }: { readonly userId: string }) {
  const { values, change } = useUrlState()
  const applications =
    useView<ListPage<{ readonly integration_key: string; readonly name: string }>>('applications')
      .data?.items ?? []
  const ikey = values.ikey ?? applications[0]?.integration_key ?? ''
  const [ip, setIp] = useState(values.ip ?? '')
  const { data, error } = useView<Explanation>(
    `users/${userId}/explain`,
    { ikey, ip: values.ip },
    { enabled: ikey !== '' },
  )
  return (
    <Section
      title="Why"
      description="Decides as a sign-in would be decided now. It changes nothing, and the user notices nothing."
    >
      <Stack gap="md">
        <Group
          component="form"
          align="flex-end"
          onSubmit={(event) => {
            event.preventDefault()
            change({ ip })
          }}
        >
          <Select
            label="Application"
            data={applications.map(({ integration_key: value, name }) => ({ value, label: name }))}
            value={ikey === '' ? null : ikey}
            onChange={(chosen) => change({ ikey: chosen ?? undefined })}
            allowDeselect={false}
            searchable
          />
          <TextInput
            label="Address of the user"
            placeholder="192.0.2.1"
            value={ip}
            onChange={(event) => setIp(event.currentTarget.value)}
            onBlur={() => change({ ip })}
            error={error === null ? undefined : errorMessage(error)}
            maxLength={64}
          />
        </Group>
        {data !== undefined && <Outcome explanation={data} />}
      </Stack>
    </Section>
  )
}

function Outcome({
  explanation: { application, result, reason, status_msg, steps, devices },
}: {
  readonly explanation: Explanation
}) {
  return (
    <>
      <Alert color={tones[result]} title={`At ${application}, they ${resultWords[result]}`}>
        {[reason?.replaceAll('_', ' '), status_msg].filter(Boolean).join(': ')}
      </Alert>
      <ol className="explain-steps" aria-label="Steps of the decision">
        {steps.map(({ step, because, section, source }) => (
          <li key={step}>
            <b>{step}</b>
            <span>{because}</span>
            {section !== undefined && (
              <span className="dim">
                {section}
                {source === undefined ? '' : `: ${source}`}
              </span>
            )}
          </li>
        ))}
      </ol>
      {devices.length > 0 && (
        <div>
          <b>Devices that can be used</b>
          <ul>
            {devices.map(({ id, name, methods }) => (
              <li key={id}>
                {name}: {methods.length === 0 ? 'nothing yet' : methods.join(', ')}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}
