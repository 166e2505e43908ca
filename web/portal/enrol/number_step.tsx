import { Anchor, Button, Paper, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { CodeInput } from '../../parts/code_input.tsx'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem, portal } from '../api.ts'

/** Proves that a number is one's own, by a code that is sent to it. */
export function NumberStep({ onAdded }: { readonly onAdded: (device: string) => void }) {
  const [number, setNumber] = useState('')
  const [code, setCode] = useState('')
  const send = useMutation({ mutationFn: portal.sendNumberCode })
  const check = useMutation({
    mutationFn: portal.checkNumber,
    onSuccess: ({ device }) => onAdded(device),
  })
  const submitNumber = (event: FormEvent) => {
    event.preventDefault()
    if (number.trim() !== '') send.mutate(number)
  }
  const submitCode = (event: FormEvent) => {
    event.preventDefault()
    if (code.trim() !== '') check.mutate(code)
  }
  if (!send.isSuccess) {
    return (
      <Paper component="form" onSubmit={submitNumber}>
        <Stack gap="md">
          <TextInput
            label="Phone number"
            description="With its country code, like +1 555 010 1234"
            type="tel"
            inputMode="tel"
            autoComplete="tel"
            value={number}
            onChange={(event) => setNumber(event.currentTarget.value)}
            error={fieldProblem(send.error, 'number')}
            maxLength={40}
            autoFocus
          />
          <Problem>{formProblem(send.error)}</Problem>
          <Button type="submit" loading={send.isPending} disabled={number.trim() === ''}>
            Send me a code
          </Button>
          <Text fz="sm" c="dimmed">
            Your provider may charge for the message. The number is used for signing in and nothing
            else.
          </Text>
        </Stack>
      </Paper>
    )
  }
  const again = () => {
    setCode('')
    check.reset()
    send.reset()
  }
  return (
    <Paper component="form" onSubmit={submitCode}>
      <Stack gap="md">
        <Text>
          We have sent six digits to{' '}
          <Text span fw={600} className="nowrap">
            {number}
          </Text>
          .
        </Text>
        <CodeInput
          label="Code from the message"
          digits={6}
          value={code}
          onChange={setCode}
          error={fieldProblem(check.error, 'code')}
        />
        <Problem>{formProblem(check.error)}</Problem>
        <Button type="submit" loading={check.isPending} disabled={code.trim() === ''}>
          Confirm
        </Button>
        <Anchor component="button" type="button" fz="sm" onClick={again} className="self-start">
          Nothing came? Check the number, or send again
        </Anchor>
      </Stack>
    </Paper>
  )
}
