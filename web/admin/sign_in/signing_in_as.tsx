import { Anchor } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api } from '../api.ts'
import { type Session, useSessionChange } from '../session.ts'

/** Whose sign-in this is, and the way back. */
export function SigningInAs({ session }: { readonly session: Session }) {
  const { is } = useSessionChange()
  const leave = useMutation({ mutationFn: () => api.post<Session>('sign-out'), onSuccess: is })
  return (
    <>
      Signing in as <b className="break">{session.admin?.email}</b>.{' '}
      <Anchor component="button" type="button" inherit onClick={() => leave.mutate()}>
        Not you?
      </Anchor>
    </>
  )
}
