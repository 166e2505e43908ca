import { useEffect, useState } from 'react'
import type { Connected } from '../push_app.ts'
import { Announcement } from './announcement.tsx'
import { Icon } from './icon.tsx'

interface WaitingParts {
  readonly connected: Connected
  /** Whether the current screen already shows the requests. */
  readonly shown: boolean
}

/** Announces a new sign-in request on every screen. */
export function WaitingBanner({ connected: { requests }, shown }: WaitingParts) {
  const [said, setSaid] = useState('')
  const newest = requests?.at(-1)
  const txid = newest?.txid
  const application = newest?.application
  useEffect(() => {
    setSaid(txid === undefined ? '' : `Sign-in request: ${application}`)
  }, [txid, application])
  return (
    <>
      <Announcement>{said}</Announcement>
      {txid !== undefined && !shown && (
        <a className="note note-warning note-link" href={`#/request/${txid}`}>
          <Icon name="warning" />
          <span>Sign-in request from {application}. View</span>
          <Icon name="next" />
        </a>
      )}
    </>
  )
}
