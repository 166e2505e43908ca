import { useEffect, useState } from 'react'
import { passcodeAt, remainingMs } from '../phone/passcode.ts'
import type { Phone } from '../phone/phone_store.ts'
import type { ServiceLink } from '../service/service_link.ts'
import { Announcement } from './announcement.tsx'
import { Icon } from './icon.tsx'
import { useNow } from './now.ts'
import { Ring } from './ring.tsx'

const hurrySecs = 5
const copiedMs = 2500

interface PasscodeParts {
  readonly phone: Phone
  readonly link: ServiceLink
}

/** The current TOTP passcode. */
export function PasscodeCard({ phone, link }: PasscodeParts) {
  const now = useNow(link)
  const [passcode, setPasscode] = useState('')
  const [copied, setCopied] = useState(false)
  const stepMs = phone.oathStepSecs * 1000
  const step = Math.floor(now / stepMs)
  useEffect(() => {
    let over = false
    passcodeAt(phone, step * stepMs)
      .then((made) => over || setPasscode(made))
      .catch(() => {})
    return () => {
      over = true
    }
  }, [phone, step, stepMs])
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), copiedMs)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () =>
    navigator.clipboard
      .writeText(passcode)
      .then(() => setCopied(true))
      .catch(() => {})

  const left = remainingMs(phone, now)
  const secs = Math.ceil(left / 1000)
  return (
    <section className="card passcode" aria-labelledby="passcode-title">
      <h2 id="passcode-title">Passcode</h2>
      <div className="passcode-line">
        <output className="digits" aria-live="off" aria-label={[...passcode].join(' ')}>
          {passcode.slice(0, 3)} {passcode.slice(3)}
        </output>
        <Ring left={left / stepMs} secs={secs} hurry={secs <= hurrySecs} />
      </div>
      <div className="passcode-foot">
        <p className="dim">Use it when a sign-in asks for a passcode. Works offline.</p>
        <button type="button" className="button-small" onClick={copy}>
          <Icon name={copied ? 'tick' : 'copy'} />
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      <Announcement>{copied ? 'Passcode copied' : ''}</Announcement>
    </section>
  )
}
