import { Button, Group, PasswordInput, Select, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { oathKinds } from './token.ts'
import type { ImportOptions, TokenImport } from './token_import.ts'

/** How a file is read. Each change shows anew what the import would do. */
export function ImportOptionFields({
  options,
  format,
  problem,
  onChange,
}: {
  readonly options: ImportOptions
  /** `undefined` until the file was read. */
  readonly format: TokenImport['format'] | undefined
  readonly problem: (field: string) => string | undefined
  readonly onChange: (options: ImportOptions) => void
}) {
  const isLocked = problem('password') !== undefined || problem('key') !== undefined
  const mayBeCsv = format === 'csv' || (format === undefined && !isLocked)
  return (
    <Stack gap="md">
      {isLocked && <Unlock options={options} problem={problem} onChange={onChange} />}
      <div className="import-options">
        <Select
          label="Tokens that exist already"
          data={[
            { value: 'skip', label: 'Keep them as they are' },
            { value: 'replace', label: 'Replace them; they stay with their users' },
          ]}
          value={options.duplicates}
          onChange={(value) =>
            onChange({ ...options, duplicates: value === 'replace' ? 'replace' : 'skip' })
          }
          allowDeselect={false}
        />
        {mayBeCsv && (
          <Select
            label="Kind"
            data={[
              { value: '', label: 'As the file says, else HOTP' },
              ...Object.entries(oathKinds).map(([value, label]) => ({ value, label })),
            ]}
            value={options.kind}
            onChange={(value) => onChange({ ...options, kind: value ?? '' })}
            error={problem('kind')}
            allowDeselect={false}
          />
        )}
        {mayBeCsv && options.kind.startsWith('totp') && (
          <Select
            label="Time step"
            data={[
              { value: '30', label: '30 seconds' },
              { value: '60', label: '60 seconds' },
            ]}
            value={options.step_secs}
            onChange={(value) => onChange({ ...options, step_secs: value ?? '30' })}
            allowDeselect={false}
          />
        )}
      </div>
    </Stack>
  )
}

/** The password or the key of an encrypted PSKC file. */
function Unlock({
  options,
  problem,
  onChange,
}: {
  readonly options: ImportOptions
  readonly problem: (field: string) => string | undefined
  readonly onChange: (options: ImportOptions) => void
}) {
  const [password, setPassword] = useState(options.password)
  const [key, setKey] = useState(options.key)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onChange({ ...options, password, key })
  }
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <div className="import-options">
        <PasswordInput
          label="Password of the file"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problem('password')}
          maxLength={1024}
          autoComplete="off"
        />
        <PasswordInput
          label="Or its pre-shared key"
          description="In hex or base64."
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={problem('key')}
          maxLength={1024}
          autoComplete="off"
        />
      </div>
      <Group>
        <Button type="submit" disabled={password === '' && key === ''}>
          Unlock
        </Button>
      </Group>
    </Stack>
  )
}
