import { Stack, Text, TextInput } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { type TokenDetails, useShownToken } from './token.ts'

interface Codes {
  readonly first: string
  readonly second: string
  readonly third: string
}

const fields = [
  ['first', 'First code'],
  ['second', 'Second code'],
  ['third', 'Third code'],
] as const

export function ResyncDialog() {
  const { data: token } = useShownToken()
  return token === undefined ? null : <ResyncForm token={token} />
}

function ResyncForm({ token: { token_id, serial, kind } }: { readonly token: TokenDetails }) {
  const path = `tokens/${token_id}`
  const close = useCloseRoute(`/${path}`)
  const resync = useAct({
    run: ({ first, second, third }: Codes) =>
      api.post(`${path}/resync`, { codes: [first, second, third].map((code) => code.trim()) }),
    onDone: close,
    done: `${serial} is in step again`,
  })
  const form = useForm<Codes>({ first: '', second: '', third: '' }, resync)
  const digits = Number(kind.slice(-1))
  const isReady = Object.values(form.values).every((code) => code.trim().length === digits)
  return (
    <RouteDialog parent={`/${path}`} title={`Resync ${serial}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <Text fz="sm">
          Press the button of the token three times, and type each code. A token is out of step
          after many presses without a sign-in.
        </Text>
        {fields.map(([name, label], index) => (
          <TextInput
            key={name}
            {...form.text(name)}
            label={label}
            inputMode="numeric"
            autoComplete="off"
            maxLength={digits}
            error={index === fields.length - 1 ? form.error('codes') : undefined}
            data-autofocus={index === 0 || undefined}
          />
        ))}
        <FormButtons form={form} action="Resync" isReady={isReady} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}
