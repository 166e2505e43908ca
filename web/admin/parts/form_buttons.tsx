import { Button, Group } from '@mantine/core'
import { Problem } from '../../parts/problem.tsx'

/** The end of a form in a dialog: its problem, Cancel, and the button that submits it. */
export function FormButtons({
  form,
  action,
  isReady = true,
  onCancel,
}: {
  readonly form: { readonly problem: string | undefined; readonly isPending: boolean }
  readonly action: string
  readonly isReady?: boolean
  readonly onCancel: () => void
}) {
  return (
    <>
      <Problem>{form.problem}</Problem>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={form.isPending} disabled={!isReady}>
          {action}
        </Button>
      </Group>
    </>
  )
}
