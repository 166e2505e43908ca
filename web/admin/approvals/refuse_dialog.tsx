import { Stack, Textarea } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'

const parent = '/approvals'

export function RefuseDialog() {
  const { id = '' } = useParams({ strict: false })
  const close = useCloseRoute(parent)
  const refuse = useAct({
    run: (body: { readonly reason: string }) => api.post(`approvals/${id}/refuse`, body),
    changes: ['approvals'],
    onDone: close,
    done: 'Request refused',
  })
  const form = useForm({ reason: '' }, refuse)
  return (
    <RouteDialog parent={parent} title="Refuse this change">
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <Textarea
          {...form.text('reason')}
          label="Reason"
          description="The administrator who asked sees it. You can leave it empty."
          maxLength={500}
          autosize
          minRows={2}
          data-autofocus
        />
        <FormButtons form={form} action="Refuse" onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}
