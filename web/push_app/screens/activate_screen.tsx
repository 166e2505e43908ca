import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { ActivationPreview } from '../../../src/push/app_message.ts'
import { PlainFrame } from '../parts/frame.tsx'
import { Icon } from '../parts/icon.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import { activationCodeIn, previewActivation } from '../phone/activation.ts'
import { needsHomeScreen, proposedName } from '../phone/phone_name.ts'
import type { PushApp } from '../push_app.ts'
import { goInPlace } from '../route.ts'
import { Refusal } from '../service/refusal.ts'
import { HomeScreenSteps } from './home_screen_steps.tsx'

const askAnew = 'Make a new one where you got it, or ask your administrator.'
const over: Readonly<Record<string, readonly [string, string]>> = {
  code_used: [
    'This link has already been used',
    `Each link connects one phone. If you didn’t use it, tell your administrator. Otherwise, get a new link where you got this one.`,
  ],
  code_expired: ['This link has expired', `Links are valid for a short time. ${askAnew}`],
  unknown_code: ['Unknown link', `Part of it may be missing. ${askAnew}`],
}

interface ActivateParts {
  readonly app: PushApp
  readonly code: string
  /** The user this phone is connected as, if it is already activated. */
  readonly replaced: string | undefined
}

/** Activates this phone with the code from a link, after naming company and account. */
export function ActivateScreen({ app, code, replaced }: ActivateParts) {
  const [preview, setPreview] = useState<ActivationPreview>()
  const known = activationCodeIn(code) === undefined ? 'unknown_code' : ''
  const [problem, setProblem] = useState(known)
  const look = useCallback(() => {
    if (known !== '') return
    setProblem('')
    previewActivation(code).then(setPreview, (error: unknown) => setProblem(reasonIn(error)))
  }, [code, known])
  useEffect(look, [look])
  const ended = over[problem]
  if (ended !== undefined) {
    return (
      <PlainFrame>
        <ScreenTitle key={problem}>{ended[0]}</ScreenTitle>
        <p className="lead">{ended[1]}</p>
        <a className="button button-primary" href="#/">
          {replaced === undefined ? 'Use another link' : 'Back to the app'}
        </a>
      </PlainFrame>
    )
  }
  return (
    <PlainFrame>
      <ScreenTitle>Connect this phone</ScreenTitle>
      {preview === undefined ? (
        <Loading problem={problem} retry={look} />
      ) : (
        <>
          <Account preview={preview} />
          {needsHomeScreen() ? (
            <HomeScreenSteps code={code} />
          ) : (
            <ConnectForm
              app={app}
              code={code}
              name={preview.name === '' ? proposedName() : preview.name}
              problem={problem}
              setProblem={setProblem}
            >
              {replaced !== undefined && (
                <p className="note note-warning">
                  <Icon name="warning" />
                  This phone is connected as {replaced}. Connecting it again replaces that account.
                </p>
              )}
            </ConnectForm>
          )}
        </>
      )}
    </PlainFrame>
  )
}

function Loading({ problem, retry }: { readonly problem: string; readonly retry: () => void }) {
  return problem === '' ? (
    <p className="lead" role="status">
      Checking the link…
    </p>
  ) : (
    <>
      <p className="lead" role="alert">
        {problemWords(problem)}
      </p>
      <button type="button" className="button button-primary" onClick={retry}>
        Try again
      </button>
    </>
  )
}

/** Named first, so that no one connects a phone to an account that they do not know. */
function Account({ preview: { account, username } }: { readonly preview: ActivationPreview }) {
  return (
    <>
      <dl className="card facts">
        <div className="fact">
          <dt>Company</dt>
          <dd>{account}</dd>
        </div>
        <div className="fact">
          <dt>Account</dt>
          <dd>{username}</dd>
        </div>
      </dl>
      <p className="lead">
        You’ll approve or deny sign-ins of this account on this phone. Not your account? Close this
        page and tell your administrator.
      </p>
    </>
  )
}

interface ConnectParts {
  readonly app: PushApp
  readonly code: string
  /** The proposed name. */
  readonly name: string
  readonly problem: string
  readonly setProblem: (problem: string) => void
  readonly children: ReactNode
}

function ConnectForm({ app, code, name: proposed, problem, setProblem, children }: ConnectParts) {
  const [name, setName] = useState(proposed)
  const [busy, setBusy] = useState(false)
  const connect = async (): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      await app.activate(code, name.trim())
      goInPlace('#/notifications')
    } catch (error) {
      setProblem(reasonIn(error))
      setBusy(false)
    }
  }
  return (
    <>
      {children}
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault()
          connect().catch(() => {})
        }}
      >
        <label htmlFor="name">Name of this phone</label>
        <input
          id="name"
          className="field"
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
        />
        <p className="dim">Helps you recognise this phone among your devices.</p>
        <button
          type="submit"
          className="button button-primary"
          disabled={busy || name.trim() === ''}
        >
          {busy ? 'Connecting…' : 'Connect'}
        </button>
        <p className="wrong" role="alert">
          {problemWords(problem)}
        </p>
      </form>
      <p className="dim">
        This phone creates a private key that never leaves it and can’t be copied.
      </p>
    </>
  )
}

function reasonIn(error: unknown): string {
  return error instanceof Refusal ? error.code : 'internal'
}

function problemWords(problem: string): string {
  switch (problem) {
    case '':
      return ''
    case 'offline':
      return 'Can’t reach the service. Check your connection and try again.'
    case 'too_many_requests':
      return 'Too many attempts. Wait a minute and try again.'
    default:
      return 'Something went wrong. Try again. If it keeps failing, tell your administrator.'
  }
}
