import { useState } from 'react'
import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'
import { Desktop } from './desktop.tsx'
import { SignInForm } from './sign_in_form.tsx'

/** What the user of the client sees, and nothing else. */
export function ClientWindow({
  directory,
  mfaCode,
  onSignedIn,
}: {
  readonly directory: ShownDirectory | undefined
  /** From the launch link or the tester's hints; a new object fills the field again. */
  readonly mfaCode: { readonly text: string }
  readonly onSignedIn: () => void
}) {
  const [user, setUser] = useState<string>()
  const signedIn = (name: string) => {
    setUser(name)
    onSignedIn()
  }
  return (
    <section className="client" aria-label="WorkSpaces client">
      <div className="client-bar" aria-hidden>
        <span className="client-dots">
          <i />
          <i />
          <i />
        </span>
        WorkSpaces
      </div>
      {user === undefined ? (
        <SignInForm directory={directory} mfaCode={mfaCode} onSignedIn={signedIn} />
      ) : (
        <Desktop user={user} onSignOut={() => setUser(undefined)} />
      )}
    </section>
  )
}
