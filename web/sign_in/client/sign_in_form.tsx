import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'
import { authenticationFailed, signIn } from '../directory.ts'

const rememberedKey = 'workspaces-username'

/** User name, password and MFA code on one form, as the client has it. */
export function SignInForm({
  directory,
  mfaCode: given,
  onSignedIn,
}: {
  readonly directory: ShownDirectory | undefined
  readonly mfaCode: { readonly text: string }
  readonly onSignedIn: (user: string) => void
}) {
  const [username, setUsername] = useState(() => localStorage.getItem(rememberedKey) ?? '')
  const [password, setPassword] = useState('')
  const [mfaCode, setMfaCode] = useState(given.text)
  const [remembers, setRemembers] = useState(username !== '')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const codeField = useRef<HTMLInputElement>(null)
  useEffect(() => setMfaCode(given.text), [given])

  const asksForCode = directory?.radius !== undefined
  const needsCode = asksForCode && directory?.knobs.emptyMfa === 'block-in-ui'
  const isComplete = username !== '' && password !== '' && (!needsCode || mfaCode !== '')

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (isBusy || !isComplete) return
    setProblem('')
    setBusy(true)
    const { result, message } = await signIn({ username, password, mfaCode })
    setBusy(false)
    setMfaCode('')
    if (result === 'accepted') {
      if (remembers) localStorage.setItem(rememberedKey, username)
      else localStorage.removeItem(rememberedKey)
      onSignedIn(username)
      return
    }
    setProblem(message ?? authenticationFailed)
    // after the fields are enabled again
    requestAnimationFrame(() => codeField.current?.focus())
  }

  return (
    <form className="client-body" onSubmit={(event) => void submit(event)} noValidate>
      <h1>Sign in</h1>
      <p className="client-intro">Please log in with your WorkSpaces credentials</p>
      {problem !== '' && (
        <p role="alert" className="client-problem">
          {problem}
        </p>
      )}
      <label>
        Username
        <input
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          disabled={isBusy}
          value={username}
          onChange={({ target }) => setUsername(target.value)}
        />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          autoComplete="current-password"
          required
          disabled={isBusy}
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
      </label>
      {asksForCode && (
        <label>
          MFA Code
          <input
            ref={codeField}
            name="mfa-code"
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            required={needsCode}
            disabled={isBusy}
            value={mfaCode}
            onChange={({ target }) => setMfaCode(target.value)}
          />
        </label>
      )}
      <label className="client-remember">
        <input
          type="checkbox"
          disabled={isBusy}
          checked={remembers}
          onChange={({ target }) => setRemembers(target.checked)}
        />
        Remember me
      </label>
      <button type="submit" className="client-button" disabled={isBusy || !isComplete}>
        {isBusy ? (
          <>
            <span className="client-spinner" aria-hidden />
            <span role="status">Signing in…</span>
          </>
        ) : (
          'Sign In'
        )}
      </button>
    </form>
  )
}
