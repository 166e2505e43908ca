import { Alert, Button, Checkbox, Group, NumberInput, Select, Stack, Text } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { CopyField } from '../parts/copy.tsx'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { UserSelect } from '../parts/user_select.tsx'
import { useView } from '../parts/view.ts'
import { codesText, codeViews, recoveryCodesText } from './bypass_code.ts'

const maxCodes = 10
const periods = [
  { value: '3600', label: '1 hour' },
  { value: '28800', label: '8 hours' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '1 week' },
  { value: '0', label: 'Never' },
]

interface Options {
  readonly user: string
  readonly count: number
  readonly reuse_count: number
  readonly valid_secs: string
  readonly preserve_existing: boolean
}

interface Created {
  readonly codes: readonly string[]
  /** How many codes they replace. */
  readonly replaced: number
  readonly recovery_codes: number
  /** Names of applications whose protocol hides what users type. */
  readonly unusable_in: readonly string[]
}

/** Creates bypass codes, which are shown once. */
export function CreateCodesDialog({
  parent,
  user,
}: {
  /** The page behind the dialog. */
  readonly parent: string
  /** Without a user, the dialog asks for one. */
  readonly user?: { readonly user_id: string; readonly username: string }
}) {
  const close = useCloseRoute(parent)
  const { data: places } = useView<Pick<Created, 'unusable_in'>>('bypass_codes/places')
  const create = useAct({
    run: ({ user: userId, valid_secs, ...options }: Options) =>
      api.post<Created>(`users/${userId}/bypass_codes`, {
        ...options,
        valid_secs: Number(valid_secs),
      }),
    changes: codeViews,
    onWaiting: close,
  })
  const form = useForm<Options>(
    {
      user: user?.user_id ?? '',
      count: 1,
      reuse_count: 1,
      valid_secs: '3600',
      preserve_existing: true,
    },
    create,
  )
  const { values } = form
  return (
    <RouteDialog
      parent={parent}
      title={user === undefined ? 'Create bypass codes' : `Bypass codes for ${user.username}`}
    >
      {create.data === undefined ? (
        <Stack component="form" gap="md" onSubmit={form.submit}>
          <Text fz="sm">
            A user types a code instead of a passcode. Make sure that you talk to the right person
            before you hand one out.
          </Text>
          <Unusable names={places?.unusable_in ?? []} />
          {user === undefined && (
            <UserSelect
              label="User"
              by="user_id"
              value={values.user}
              onChange={(chosen) => form.set('user', chosen)}
            />
          )}
          <Group grow align="flex-start">
            <NumberInput
              label="Codes"
              description={`${maxCodes} at most`}
              min={1}
              max={maxCodes}
              value={values.count}
              onChange={(value) => form.set('count', Number(value))}
              error={form.error('count')}
            />
            <NumberInput
              label="Uses of each"
              description="0: no limit"
              min={0}
              max={1000}
              value={values.reuse_count}
              onChange={(value) => form.set('reuse_count', Number(value))}
              error={form.error('reuse_count')}
            />
          </Group>
          <Select
            label="They expire after"
            data={periods}
            value={values.valid_secs}
            onChange={(value) => value !== null && form.set('valid_secs', value)}
            error={form.error('valid_secs')}
            allowDeselect={false}
          />
          <Checkbox
            label="Keep the codes that exist"
            description="The user’s own recovery codes are always kept."
            checked={values.preserve_existing}
            onChange={(event) => form.set('preserve_existing', event.currentTarget.checked)}
          />
          <FormButtons form={form} action="Create" isReady={values.user !== ''} onCancel={close} />
        </Stack>
      ) : (
        <Codes created={create.data} onClose={close} />
      )}
    </RouteDialog>
  )
}

/** Where codes can't be used: said before they are created, and again beside them. */
function Unusable({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <Alert color="warning" title="Not everywhere">
      {names.join(', ')}: the appliance uses CHAP or MS-CHAP, which hides what users type, so bypass
      codes can’t be used there.
    </Alert>
  )
}

function Codes({
  created: { codes, replaced, recovery_codes, unusable_in },
  onClose,
}: {
  readonly created: Created
  readonly onClose: () => void
}) {
  return (
    <Stack gap="md">
      <Text fz="sm">
        The codes are shown only now.
        {replaced > 0 && ` They replace ${codesText(replaced)}.`}
        {recovery_codes > 0 &&
          ` The user also has ${recoveryCodesText(recovery_codes)} of their own.`}
      </Text>
      <Unusable names={unusable_in} />
      {codes.map((code, index) => (
        <CopyField key={code} label={`Code ${index + 1}`} value={code} />
      ))}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  )
}
