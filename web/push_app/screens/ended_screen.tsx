import type { Decision } from '../../../src/push/signed_text.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'

/** `finished`: the code was entered at the sign-in, or the sign-in was cancelled. */
export type Ending = Decision | 'gone' | 'expired' | 'finished'

interface Words {
  readonly icon: IconName
  readonly title: string
  readonly words: string
}

const endings: Readonly<Record<Ending, Words>> = {
  approve: { icon: 'tick', title: 'Approved', words: 'Continue on your computer.' },
  deny: { icon: 'cross', title: 'Denied', words: 'The sign-in was denied.' },
  fraud: {
    icon: 'flag',
    title: 'Reported',
    words: 'The sign-in was blocked. Change your password now and tell your administrator.',
  },
  gone: {
    icon: 'clock',
    title: 'This sign-in has ended',
    words: 'It was answered elsewhere, cancelled or timed out. You don’t need to do anything.',
  },
  expired: {
    icon: 'clock',
    title: 'This sign-in timed out',
    words: 'Nobody was signed in. If it was you, sign in again.',
  },
  finished: {
    icon: 'tick',
    title: 'This sign-in is complete',
    words: 'The code was entered at sign-in, or the sign-in was cancelled.',
  },
}

/** Words for a report that was mailed to an administrator. */
const mailed = 'We blocked the sign-in and alerted your administrator. Change your password now.'

interface EndedParts {
  readonly ending: Ending
  readonly fraudMailed: boolean
  readonly application: string | undefined
  /** Another waiting request. */
  readonly next: string | undefined
}

export function EndedScreen({ ending, fraudMailed, application, next }: EndedParts) {
  const { icon, title, words } = endings[ending]
  return (
    <div className={`ended ended-${ending}`}>
      <span className="ended-icon">
        <Icon name={icon} />
      </span>
      <ScreenTitle key={ending}>{title}</ScreenTitle>
      {application !== undefined && <p className="ended-what">{application}</p>}
      <p className="lead">{ending === 'fraud' && fraudMailed ? mailed : words}</p>
      {next === undefined ? (
        <a className="button button-primary" href="#/">
          Done
        </a>
      ) : (
        <>
          <p className="note note-warning">
            <Icon name="warning" />
            Another sign-in is waiting. Is it also yours?
          </p>
          <a className="button button-primary" href={`#/request/${next}`}>
            View
          </a>
        </>
      )}
    </div>
  )
}
