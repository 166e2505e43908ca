import type { PendingRequest } from '../../../src/push/app_message.ts'
import { attemptWords } from '../parts/attempt.ts'
import { useDirectOpening } from '../parts/direct_opening.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/now.ts'
import { PasscodeCard } from '../parts/passcode_card.tsx'
import { looksSame, requestFacts } from '../parts/request_facts.ts'
import { ScreenTitle } from '../parts/screen_title.tsx'
import { ago } from '../parts/time_left.ts'
import type { Connected } from '../push_app.ts'
import type { FeedState } from '../service/request_feed.ts'

export function HomeScreen({ connected }: { readonly connected: Connected }) {
  const { phone, link, requests, feed } = connected
  useDirectOpening(requests)
  return (
    <>
      <ScreenTitle>Sign-ins</ScreenTitle>
      <WaitingList requests={requests} feed={feed} link={link} />
      <PasscodeCard phone={phone} link={link} />
    </>
  )
}

/** States in which requests may be missing. */
const lost: readonly FeedState[] = ['reconnecting', 'offline', 'unreachable']

interface WaitingParts {
  readonly requests: readonly PendingRequest[] | undefined
  readonly feed: FeedState
  readonly link: Connected['link']
}

function WaitingList({ requests, feed, link }: WaitingParts) {
  if (requests !== undefined && requests.length > 0) {
    return (
      <section aria-label="Sign-in requests">
        {requests.length > 1 && <SeveralNote requests={requests} />}
        <ul className="list">
          {requests.map((request) => (
            <li key={request.txid}>
              <WaitingCard request={request} all={requests} link={link} />
            </li>
          ))}
        </ul>
      </section>
    )
  }
  const [title, words] = quiet(requests, feed)
  return (
    <section className={`card quiet quiet-${feed}`} aria-label="Sign-in requests">
      <span className="quiet-icon">
        <Icon name={lost.includes(feed) ? 'warning' : 'tick'} />
      </span>
      <div>
        <h2>{title}</h2>
        <p className="dim">{words}</p>
      </div>
    </section>
  )
}

/** Warns of several requests: users rarely sign in twice at once. */
export function SeveralNote({ requests }: { readonly requests: readonly PendingRequest[] }) {
  const advice = allLookSame(requests)
    ? 'Their details are the same, so you can’t tell them apart. If you are unsure, deny all of them and sign in again.'
    : 'Check before approving.'
  return (
    <p className="note note-warning">
      <Icon name="warning" />
      <span>
        <strong>{requests.length} sign-ins are waiting, but you started only one?</strong> {advice}
      </span>
    </p>
  )
}

/** Whether all requests show the same details. */
function allLookSame([first, ...others]: readonly PendingRequest[]): boolean {
  return first !== undefined && others.every((other) => looksSame(first, other))
}

interface WaitingCardParts {
  readonly request: PendingRequest
  readonly all: readonly PendingRequest[]
  readonly link: Connected['link']
}

function WaitingCard({ request, all, link }: WaitingCardParts) {
  const now = useNow(link)
  const details = requestFacts(request, all).filter(({ name }) => name !== 'Application')
  const attempt = attemptWords(request, all)
  return (
    <a className="card waiting" href={`#/request/${request.txid}`}>
      <span className="waiting-words">
        <strong className="waiting-name">{request.application}</strong>
        {details.map(({ name, value, differs }) => (
          <span key={name} className={differs ? 'differs' : 'dim'}>
            <span className="unseen">{name}: </span>
            {value}
          </span>
        ))}
        {attempt !== '' && <span>{attempt}</span>}
        <span className="dim">{ago(request.opened, now)}</span>
      </span>
      <span className="waiting-go">
        Answer
        <Icon name="next" />
      </span>
    </a>
  )
}

function quiet(requests: WaitingParts['requests'], feed: FeedState): readonly [string, string] {
  if (feed === 'offline') {
    return [
      'This phone is offline',
      'Sign-in requests appear when it is back online. The passcode below still works.',
    ]
  }
  if (feed === 'unreachable') {
    return [
      'Can’t reach the service',
      'It may be down, or this network does not lead to it. The passcode below still works.',
    ]
  }
  if (feed === 'reconnecting') return ['Reconnecting…', 'The passcode below works meanwhile.']
  if (requests === undefined) return ['Loading…', 'Checking for sign-in requests.']
  return ['No sign-in requests', 'Your sign-in requests appear here.']
}
