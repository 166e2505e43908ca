import { Anchor, Button, Paper, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { CodeInput } from '../../parts/code_input.tsx'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem, portal } from '../api.ts'

/** Verifies a phone number with a code sent to it. */
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
            description="Include the country code, for example +1 555 010 1234"
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
            Send code
          </Button>
          <Text fz="sm" c="dimmed">
            Your carrier may charge for messages. We use your number only for sign-ins.
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
          We sent a six-digit code to{' '}
          <Text span fw={600} className="nowrap">
            {number}
          </Text>
          .
        </Text>
        <CodeInput
          label="Code from the SMS"
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
          No message? Check the number or request a new code
        </Anchor>
      </Stack>
    </Paper>
  )
}
