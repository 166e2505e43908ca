import { type Session, useSessionChange } from '../session.ts'
import { CannotSignIn } from './cannot_sign_in.tsx'
import { ProveFactor } from './prove_factor.tsx'
import { SignInFrame } from './sign_in_frame.tsx'
import { SigningInAs } from './signing_in_as.tsx'

export function SecondFactorStep({ session }: { readonly session: Session }) {
  const { is } = useSessionChange()
  return (
    <SignInFrame
      title="Confirm it’s you"
      description={<SigningInAs session={session} />}
      organisation={session.organisation}
    >
      <ProveFactor path="sign-in" session={session} action="Sign in" onDone={is} />
      <CannotSignIn label="Lost your factors?" />
    </SignInFrame>
  )
}
