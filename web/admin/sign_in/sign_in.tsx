import type { Session } from '../session.ts'
import { EnrolFactorStep } from './enrol_factor_step.tsx'
import { PasswordStep } from './password_step.tsx'
import { SecondFactorStep } from './second_factor_step.tsx'

/** The sign-in, step by step. It is shown in place of the page that was asked for. */
export function SignIn({ session }: { readonly session: Session }) {
  switch (session.state) {
    case 'second_factor':
      return <SecondFactorStep session={session} />
    case 'enrol_factor':
      return <EnrolFactorStep session={session} />
    default:
      return <PasswordStep session={session} />
  }
}
