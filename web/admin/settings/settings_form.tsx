import { Button, Group, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { sessionKey } from '../query_client.ts'
import type { Setting, SettingsAnswer, SettingValue } from './setting.ts'
import { SettingField } from './setting_field.tsx'

type Values = Readonly<Record<string, SettingValue>>

/** The settings of one group, saved together. */
export function SettingsForm({
  settings,
  readOnly,
}: {
  readonly settings: readonly Setting[]
  readonly readOnly: boolean
}) {
  const client = useQueryClient()
  const [saved, setSaved] = useState<Values>(() => valuesOf(settings))
  const save = useAct({
    run: (values: Values) => {
      const changes = settings.flatMap(({ key, default: byDefault }) => {
        const value = values[key]
        if (value === saved[key]) return []
        return [[key, value === byDefault ? null : value]]
      })
      return api.patch<SettingsAnswer>('settings', { changes: Object.fromEntries(changes) })
    },
    changes: ['settings'],
    onDone: async (_, values) => {
      setSaved(values)
      // the organisation's name is in the session
      await client.invalidateQueries({ queryKey: sessionKey })
    },
    done: 'Settings saved',
  })
  const form = useForm<Values>(saved, save)
  return (
    <Stack component="form" gap="lg" onSubmit={form.submit}>
      {settings.map((setting) => (
        <SettingField
          key={setting.key}
          setting={setting}
          value={form.values[setting.key] ?? setting.value}
          error={form.error(setting.key)}
          readOnly={readOnly}
          onChange={(value) => form.set(setting.key, value)}
        />
      ))}
      <Problem>{form.problem}</Problem>
      {!readOnly && (
        <Group gap="sm">
          <Button type="submit" loading={form.isPending} disabled={!form.isDirty}>
            Save
          </Button>
          {form.isDirty && (
            <Button variant="default" onClick={() => form.setValues(saved)}>
              Discard changes
            </Button>
          )}
        </Group>
      )}
    </Stack>
  )
}

function valuesOf(settings: readonly Setting[]): Values {
  return Object.fromEntries(settings.map(({ key, value }) => [key, value]))
}
