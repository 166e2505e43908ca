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
    'This link has been used',
    `A link connects one phone, once. If it was not you who used it, tell your administrator. Else make a new one where you got it.`,
  ],
  code_expired: ['This link has expired', `It was valid for a short time only. ${askAnew}`],
  unknown_code: ['This link is not known', `It may have been copied only in part. ${askAnew}`],
}

interface ActivateParts {
  readonly app: PushApp
  readonly code: string
  /** Who this phone is connected as, where it is already. */
  readonly replaced: string | undefined
}

/** Makes this phone somebody's, by the code of a link. */
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
      <p className="lead">
        It will show you when somebody signs in as you, and you say whether it is you.
      </p>
      {needsHomeScreen() && (
        <p className="note note-warning">
          <Icon name="warning" />
          <span>
            To be notified, first tap Share and Add to Home Screen, open Countersign from there, and
            paste this code: <code>{code}</code>
          </span>
        </p>
      )}
      {replaced !== undefined && (
        <p className="note note-warning">
          <Icon name="warning" />
          This phone is connected as {replaced}. That ends when you connect it anew.
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
        <p className="dim">So that you can tell it from your other devices.</p>
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
        A key is made for this phone, which never leaves it. Nobody can copy it, not even you.
      </p>
    </PlainFrame>
  )
}

function problemWords(problem: string): string {
  switch (problem) {
    case '':
      return ''
    case 'offline':
      return 'The service can’t be reached. Look at your network, and try again.'
    case 'too_many_requests':
      return 'Too many tries. Wait a minute, and try again.'
    default:
      return 'That did not work. Try again; if it stays so, tell your administrator.'
  }
}
