import { useState } from 'react'
import { PlainFrame } from '../parts/frame.tsx'
import { Icon } from '../parts/icon.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import { activationCodeIn } from '../phone/activation.ts'
import { needsHomeScreen, proposedName } from '../phone/phone_name.ts'
import type { PushApp } from '../push_app.ts'
import { goInPlace } from '../route.ts'
import { Refusal } from '../service/refusal.ts'

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

/** Activates this phone with the code from a link. */
export function ActivateScreen({ app, code, replaced }: ActivateParts) {
  const [name, setName] = useState(proposedName)
  const [busy, setBusy] = useState(false)
  const known = activationCodeIn(code) === undefined ? 'unknown_code' : ''
  const [problem, setProblem] = useState(known)
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
  const connect = async (): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      await app.activate(code, name.trim())
      goInPlace('#/')
    } catch (error) {
      setProblem(error instanceof Refusal ? error.code : 'internal')
      setBusy(false)
    }
  }
  return (
    <PlainFrame>
      <ScreenTitle>Connect this phone</ScreenTitle>
      <p className="lead">You’ll approve or deny sign-ins on this phone.</p>
      {needsHomeScreen() && (
        <p className="note note-warning">
          <Icon name="warning" />
          <span>
            To get notifications, first tap Share, then Add to Home Screen. Open Countersign from
            there and paste this code: <code>{code}</code>
          </span>
        </p>
      )}
      {replaced !== undefined && (
        <p className="note note-warning">
          <Icon name="warning" />
          This phone is connected as {replaced}. Connecting it again replaces that account.
        </p>
      )}
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
    </PlainFrame>
  )
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
