import { useState } from 'react'
import './home_screen_steps.css'
import { Icon } from '../parts/icon.tsx'

/**
 * The steps on an iPhone or iPad, where notifications work only from the home screen. There is no Connect
 * button here: it would use the link up for Safari, and the app on the home screen has its own storage.
 */
export function HomeScreenSteps({ code }: { readonly code: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(code)
    setCopied(true)
  }
  return (
    <section className="card stack" aria-labelledby="steps-title">
      <h2 id="steps-title">On an iPhone or iPad</h2>
      <ol className="steps">
        <li>
          <p>Copy your code:</p>
          <p>
            <code className="copied-code">{code}</code>
          </p>
          <button
            type="button"
            className="button button-primary"
            onClick={() => {
              copy().catch(() => {})
            }}
          >
            <Icon name={copied ? 'tick' : 'copy'} />
            {copied ? 'Code copied' : 'Copy code'}
          </button>
        </li>
        <li>
          <p>
            In Safari, tap <strong>Share</strong>, then <strong>Add to Home Screen</strong> and{' '}
            <strong>Add</strong>. Opened in another app? Open this page in Safari first.
          </p>
        </li>
        <li>
          <p>
            Open <strong>Countersign</strong> from the home screen, paste the code and tap{' '}
            <strong>Continue</strong>.
          </p>
        </li>
      </ol>
      <p className="dim">The code works once, so use it only in the app on the home screen.</p>
    </section>
  )
}
