import { Button, type ButtonProps } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { Problem } from '../../parts/problem.tsx'
import { formProblem } from '../api.ts'

/** A button that does something at once, and shows why it failed. */
export function ActButton<Input = void>({
  label,
  act,
  input,
  ...props
}: {
  readonly label: string
  readonly act: Pick<UseMutationResult<unknown, Error, Input>, 'mutate' | 'isPending' | 'error'>
  readonly input?: Input
} & Pick<ButtonProps, 'variant' | 'size' | 'color'>) {
  return (
    <>
      <Button
        variant="default"
        {...props}
        loading={act.isPending}
        onClick={() => act.mutate(input as Input)}
      >
        {label}
      </Button>
      <Problem>{formProblem(act.error)}</Problem>
    </>
  )
}
