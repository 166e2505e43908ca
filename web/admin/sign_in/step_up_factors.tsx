import { type Session, useSession, useSessionChange } from '../session.ts'
import { ProveFactor } from './prove_factor.tsx'

/** The factors that confirm a change, in the step-up dialog. */
export function StepUpFactors({ onDone }: { readonly onDone: () => void }) {
  const { is } = useSessionChange()
  const { data } = useSession()
  const done = (session: Session) => {
    is(session)
    onDone()
  }
  if (data === undefined) return null
  return <ProveFactor path="step-up" session={data} action="Confirm" onDone={done} />
}
