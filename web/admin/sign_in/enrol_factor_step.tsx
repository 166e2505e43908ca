import { type Session, useSessionChange } from '../session.ts'
import { AddFactor } from './add_factor.tsx'
import { SignInFrame } from './sign_in_frame.tsx'
import { SigningInAs } from './signing_in_as.tsx'

/** The first factor of an account: nobody signs in with a password alone. */
export function EnrolFactorStep({ session }: { readonly session: Session }) {
  const { is } = useSessionChange()
  return (
    <SignInFrame
      title="Add a second factor"
      description={<SigningInAs session={session} />}
      organisation={session.organisation}
    >
      <AddFactor onDone={is} />
    </SignInFrame>
  )
}
