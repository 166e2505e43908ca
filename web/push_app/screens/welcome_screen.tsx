import { useState } from 'react'
import { PlainFrame } from '../parts/frame.tsx'
import { Icon } from '../parts/icon.tsx'
import { canScan, QrScanner } from '../parts/qr_scanner.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import { activationCodeIn } from '../phone/activation.ts'
import { go } from '../route.ts'

/** Explains how to connect a phone that is not yet activated. */
export function WelcomeScreen() {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const [scanning, setScanning] = useState(false)
  /** The system may ask the user first; they can still paste by hand. */
  const paste = async (): Promise<void> => {
    const pasted = await navigator.clipboard.readText()
    setText(pasted)
    setWrong(!take(pasted))
  }
  const take = (typed: string): boolean => {
    const code = activationCodeIn(typed)
    if (code !== undefined) go(`#/activate/${code}`)
    return code !== undefined
  }
  return (
    <PlainFrame>
      <ScreenTitle>Connect this phone</ScreenTitle>
      <p className="lead">
        Open the activation link that you were sent on this phone, or scan the QR code that your
        computer shows.
      </p>
      {scanning && <QrScanner found={take} stopped={() => setScanning(false)} />}
      {canScan() && !scanning && (
        <button type="button" className="button button-primary" onClick={() => setScanning(true)}>
          <Icon name="camera" />
          Scan the QR code
        </button>
      )}
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault()
          setWrong(!take(text))
        }}
      >
        <label htmlFor="code">Or paste the link or code here</label>
        <input
          id="code"
          className="field"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setWrong(false)
          }}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={wrong}
          aria-describedby="code-wrong"
        />
        <p id="code-wrong" className="wrong" role="alert">
          {wrong && 'This isn’t an activation link or code. A code has 20 letters and digits.'}
        </p>
        {canPaste() && (
          <button
            type="button"
            className="button"
            onClick={() => {
              paste().catch(() => {})
            }}
          >
            <Icon name="copy" />
            Paste
          </button>
        )}
        <button
          type="submit"
          className={canScan() ? 'button' : 'button button-primary'}
          disabled={text.trim() === ''}
        >
          Continue
        </button>
      </form>
      <p className="dim">
        No link yet? You get a link or QR code when you enrol, or from your administrator.
      </p>
    </PlainFrame>
  )
}

function canPaste(): boolean {
  return navigator.clipboard?.readText !== undefined
}

/** Shown if the browser has no storage, as in some private windows. */
export function BrokenScreen() {
  return (
    <PlainFrame>
      <ScreenTitle>This browser can’t store data</ScreenTitle>
      <p className="lead">
        The app needs to store its keys. Leave private browsing or allow this site to store data,
        then reload the page.
      </p>
    </PlainFrame>
  )
}
