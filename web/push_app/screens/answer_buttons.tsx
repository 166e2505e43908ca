import { useEffect, useRef, useState } from 'react'
import type { PendingRequest } from '../../../src/push/app_message.ts'
import type { Decision } from '../../../src/push/signed_text.ts'
import { Icon } from '../parts/icon.tsx'
import { ReportDialog } from './report_dialog.tsx'

interface AnswerParts {
  readonly verification: PendingRequest['verification']
  readonly busy: boolean
  readonly problem: string
  readonly answer: (decision: Decision, code?: string) => void
}

/** Yes, no, or worse. Where the code is typed at the login, that is the yes. */
export function AnswerButtons({ verification, busy, problem, answer }: AnswerParts) {
  const [code, setCode] = useState('')
  const [reporting, setReporting] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const digits = verification?.kind === 'enter' ? verification.digits : 0
  const wrong = problem === 'wrong_code'
  useEffect(() => {
    if (!wrong) return
    setCode('')
    field.current?.focus()
  }, [wrong])
  return (
    <form
      className="answer"
      onSubmit={(event) => {
        event.preventDefault()
        if (code.length === digits) answer('approve', code)
      }}
    >
      {digits > 0 && (
        <div className="card stack">
          <label htmlFor="login-code">Code that the login shows</label>
          <input
            ref={field}
            id="login-code"
            className="field field-code"
            inputMode="numeric"
            autoComplete="off"
            pattern="[0-9]*"
            maxLength={digits}
            placeholder={'•'.repeat(digits)}
            value={code}
            onChange={(event) => setCode(event.target.value.replace(/\D/g, ''))}
            aria-invalid={wrong}
            aria-describedby="login-code-note"
          />
          <p id="login-code-note" className="dim">
            {digits} digits, on the screen that you sign in at. You see none? Then it is not you.
          </p>
        </div>
      )}
      <p className="wrong" role="alert">
        {problemWords(problem)}
      </p>
      <div className="buttons">
        <button
          type="button"
          className="button button-deny"
          disabled={busy}
          onClick={() => answer('deny')}
        >
          <Icon name="cross" />
          Deny
        </button>
        {verification?.kind !== 'show' && (
          <button
            type="submit"
            className="button button-approve"
            disabled={busy || code.length !== digits}
          >
            <Icon name="tick" />
            Approve
          </button>
        )}
      </div>
      <button
        type="button"
        className="button button-quiet"
        disabled={busy}
        onClick={() => setReporting(true)}
      >
        <Icon name="flag" />
        This was not me
      </button>
      {reporting && (
        <ReportDialog
          report={() => {
            setReporting(false)
            answer('fraud')
          }}
          closed={() => setReporting(false)}
        />
      )}
    </form>
  )
}

function problemWords(problem: string): string {
  switch (problem) {
    case '':
    case 'gone':
      return ''
    case 'wrong_code':
      return 'That is not the code that the login shows. Look again.'
    case 'offline':
      return 'The service can’t be reached, and nothing was answered. Try again.'
    case 'too_many_requests':
      return 'Too many tries. Wait a minute, and try again.'
    default:
      return 'Nothing was answered. Try again.'
  }
}
