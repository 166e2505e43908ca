import { lazy, useEffect, useRef, useState } from 'react'
import type { PendingRequest } from '../../../src/push/app_message.ts'
import type { Decision } from '../../../src/push/signed_text.ts'
import { attemptWords } from '../parts/attempt.ts'
import { useSettled } from '../parts/direct_opening.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/now.ts'
import { RequestDetails } from '../parts/request_details.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import { countdown } from '../parts/time_left.ts'
import type { Connected, PushApp } from '../push_app.ts'
import { Refusal } from '../service/refusal.ts'
import { AnswerButtons } from './answer_buttons.tsx'
import type { Ending } from './ended_screen.tsx'
import { SeveralNote } from './home_screen.tsx'

// loaded while the user reads the request, so that the request itself appears sooner
const loadEnded = async () => ({ default: (await import('./ended_screen.tsx')).EndedScreen })
const EndedScreen = lazy(loadEnded)

interface RequestParts {
  readonly app: PushApp
  readonly connected: Connected
  readonly txid: string
}

export function RequestScreen({ app, connected, txid }: RequestParts) {
  const { requests, link, feed, description } = connected
  const fraudMailed = description?.fraudMailed === true
  const [ending, setEnding] = useState<Ending>()
  useEffect(() => {
    loadEnded().catch(() => {})
  }, [])
  const found = requests?.find((request) => request.txid === txid)
  // keeps showing the request while it is being answered, and afterwards
  const seen = useRef(found)
  if (found !== undefined) seen.current = found
  const request = seen.current
  const more = requests?.filter((other) => other.txid !== txid) ?? []
  const next = more[0]?.txid

  if (ending !== undefined) {
    return (
      <EndedScreen
        ending={ending}
        fraudMailed={fraudMailed}
        application={request?.application}
        next={next}
      />
    )
  }
  if (requests === undefined) {
    return (
      <>
        <ScreenTitle>Sign-in request</ScreenTitle>
        <p className="card dim" role="status">
          {feed === 'offline'
            ? 'This phone is offline. The request appears when you are back online.'
            : feed === 'unreachable'
              ? 'Can’t reach the service. The request appears when it answers.'
              : 'Loading the sign-in request…'}
        </p>
        <a className="button" href="#/">
          Back
        </a>
      </>
    )
  }
  if (found === undefined || request === undefined) {
    const shown = request?.verification?.kind === 'show'
    const gone: Ending =
      request === undefined || link.now() < request.expires
        ? shown
          ? 'finished'
          : 'gone'
        : 'expired'
    return (
      <EndedScreen
        ending={gone}
        fraudMailed={fraudMailed}
        application={request?.application}
        next={next}
      />
    )
  }
  return (
    <Asked
      app={app}
      request={found}
      all={requests}
      link={link}
      fraudMailed={fraudMailed}
      ended={setEnding}
    />
  )
}

/** Shows that the client seems to have repeated the request. The user decides which one to answer. */
function AttemptNote({ request, all }: Pick<AskedParts, 'request' | 'all'>) {
  const words = attemptWords(request, all)
  if (words === '') return null
  return (
    <p className="note">
      <Icon name="clock" />
      <span>{words}. The first request is still open.</span>
    </p>
  )
}

interface AskedParts {
  readonly app: PushApp
  readonly request: PendingRequest
  readonly all: readonly PendingRequest[]
  readonly link: Connected['link']
  readonly fraudMailed: boolean
  readonly ended: (ending: Ending) => void
}

function Asked({ app, request, all, link, fraudMailed, ended }: AskedParts) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const { verification, txid, expires } = request
  const left = expires - useNow(link)
  const settled = useSettled(txid)
  useEffect(() => {
    // an approval that arrives late is still decided by the service
    if (left <= 0 && !busy) ended('expired')
  }, [left, busy, ended])

  const answer = async (decision: Decision, code = ''): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      await app.answer(txid, decision, code)
      ended(decision)
    } catch (error) {
      const reason = error instanceof Refusal ? error.code : 'internal'
      if (reason === 'gone' || reason === 'expired') ended(reason)
      setProblem(reason)
      setBusy(false)
    }
  }
  return (
    <>
      <p className="back">
        <a className="button-small" href="#/">
          <Icon name="back" />
          Not now
        </a>
        <span className={left < 15_000 ? 'left left-hurry' : 'left'}>
          <Icon name="clock" />
          <span className="unseen">Time left: </span>
          {countdown(left)}
        </span>
      </p>
      <ScreenTitle>Are you signing in to {request.application}?</ScreenTitle>
      <AttemptNote request={request} all={all} />
      {all.length > 1 && <SeveralNote requests={all} />}
      {verification?.kind === 'show' && (
        <section className="card shown" aria-labelledby="shown-title">
          <h2 id="shown-title">Enter this code where you sign in</h2>
          <p className="digits digits-big">
            <span aria-hidden="true">{verification.code}</span>
            <span className="unseen">{[...verification.code].join(' ')}</span>
          </p>
          <p className="dim">Enter it where you typed push. Don’t share it.</p>
        </section>
      )}
      <RequestDetails request={request} all={all} />
      <AnswerButtons
        verification={verification}
        busy={busy || !settled}
        problem={problem}
        fraudMailed={fraudMailed}
        answer={(decision, code) => {
          answer(decision, code).catch(() => {})
        }}
      />
    </>
  )
}
