import { Text } from '@mantine/core'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { registerStepUp } from '../step_up.ts'

const StepUpFactors = lazy(async () => ({
  default: (await import('../sign_in/step_up_factors.tsx')).StepUpFactors,
}))

/** Asks for a factor again before secrets and policies are changed; then the request goes on. */
export function StepUpDialog() {
  const [settle, setSettle] = useState<(done: boolean) => void>()
  useEffect(
    () =>
      registerStepUp(
        () =>
          new Promise((resolve) => {
            setSettle(() => resolve)
          }),
      ),
    [],
  )
  const end = (done: boolean) => {
    settle?.(done)
    setSettle(undefined)
  }
  return (
    <Dialog
      opened={settle !== undefined}
      onClose={() => end(false)}
      title="Confirm it’s you"
      isOnTop
    >
      <Text fz="sm" c="dimmed" mb="md">
        This change needs a recent sign-in. Use one of your factors; your change then goes on.
      </Text>
      <Suspense>{settle !== undefined && <StepUpFactors onDone={() => end(true)} />}</Suspense>
    </Dialog>
  )
}
