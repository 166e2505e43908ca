import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { PendingRequest } from '../../../src/push/app_message.ts'
import type { Decision } from '../../../src/push/signed_text.ts'
import { Icon } from '../parts/icon.tsx'

// loaded on use, so that the request itself appears sooner
const ReportDialog = lazy(async () => {
  return { default: (await import('./report_dialog.tsx')).ReportDialog }
})

interface AnswerParts {
  readonly verification: PendingRequest['verification']
  readonly busy: boolean
  readonly problem: string
  readonly fraudMailed: boolean
  readonly answer: (decision: Decision, code?: string) => void
}

/** Approve, deny or report. No approve button if the code must be entered at the sign-in instead. */
export function AnswerButtons({ verification, busy, problem, fraudMailed, answer }: AnswerParts) {
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
          <label htmlFor="login-code">Code on your sign-in screen</label>
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
            Enter the {digits} digits shown where you sign in. No code on your screen? Deny the
            request.
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
        This wasn’t me
      </button>
      {reporting && (
        <Suspense>
          <ReportDialog
            fraudMailed={fraudMailed}
            report={() => {
              setReporting(false)
              answer('fraud')
            }}
            closed={() => setReporting(false)}
          />
        </Suspense>
      )}
    </form>
  )
}

function problemWords(problem: string): string {
  switch (problem) {
    case '':
    case 'gone':
    case 'expired':
      return ''
    case 'wrong_code':
      return 'Wrong code. Check your sign-in screen and try again.'
    case 'offline':
      return 'Can’t reach the service. Your answer was not sent. Try again.'
    case 'too_many_requests':
      return 'Too many attempts. Wait a minute and try again.'
    default:
      return 'Your answer was not sent. Try again.'
  }
}
