import { Button, Stack, Text } from '@mantine/core'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { api, formProblem } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { CopyField } from '../parts/copy.tsx'

interface Result {
  readonly result: Readonly<Record<string, unknown>>
}

/** Shows what an approved act made for its requester, such as a secret key, once. */
export function ResultDialog({ id }: { readonly id: string }) {
  const take = useAct({
    run: () => api.post<Result>(`approvals/${id}/result`),
    changes: [],
  })
  const close = useAct({ run: async () => {}, changes: ['approvals'], onDone: () => take.reset() })
  return (
    <>
      <Button size="xs" loading={take.isPending} onClick={() => take.mutate(undefined)}>
        Show the result
      </Button>
      <Problem>{formProblem(take.error)}</Problem>
      <Dialog
        opened={take.data !== undefined}
        onClose={() => close.mutate(undefined)}
        title="Result of the approved change"
      >
        <Stack gap="md">
          {Object.entries(take.data?.result ?? {}).map(([name, value]) => (
            <CopyField key={name} {...toField(name, value)} />
          ))}
          <Text fz="sm" c="dimmed">
            It is shown only now.
          </Text>
        </Stack>
      </Dialog>
    </>
  )
}

function toField(name: string, value: unknown): { readonly label: string; readonly value: string } {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  switch (name) {
    case 'activation_code':
      return { label: 'Activation link', value: `${location.origin}/admin/activate#${text}` }
    case 'skey':
      return { label: 'Secret key', value: text }
    default:
      return { label: name, value: text }
  }
}
