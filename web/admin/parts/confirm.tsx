import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { formProblem } from '../api.ts'

/**
 * The content of a dialog that asks before an act: what it will do, and for big ones the name to type.
 *
 * @param props.consequences What the act changes, in numbers where there are any.
 * @param props.typedName Must be typed before the button works.
 */
export function Confirm<Input>({
  question,
  consequences = [],
  typedName,
  action,
  danger = true,
  act,
  input,
  onCancel,
  children,
}: {
  readonly question: ReactNode
  readonly consequences?: readonly ReactNode[]
  readonly typedName?: string
  /** Label of the button, a verb: `Delete`. */
  readonly action: string
  readonly danger?: boolean
  readonly act: Pick<UseMutationResult<unknown, Error, Input>, 'mutate' | 'isPending' | 'error'>
  readonly input: Input
  readonly onCancel: () => void
  /** Further fields of the act. */
  readonly children?: ReactNode
}) {
  const [typed, setTyped] = useState('')
  const ready = typedName === undefined || typed.trim() === typedName
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) act.mutate(input)
  }
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <Text fz="sm">{question}</Text>
      {consequences.length > 0 && (
        <ul className="consequences">
          {consequences.map((consequence, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes its order
            <li key={index}>{consequence}</li>
          ))}
        </ul>
      )}
      {children}
      {typedName !== undefined && (
        <TextInput
          label={
            <>
              Type <b className="break">{typedName}</b> to confirm
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
      <Problem>{formProblem(act.error)}</Problem>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          color={danger ? 'danger' : 'primary'}
          disabled={!ready}
          loading={act.isPending}
        >
          {action}
        </Button>
      </Group>
    </Stack>
  )
}
