import type { Decision } from '../../../src/push/signed_text.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'

/** `finished`: its code was typed at the login, or it was given up there. */
export type Ending = Decision | 'gone' | 'expired' | 'finished'

interface Words {
  readonly icon: IconName
  readonly title: string
  readonly words: string
}

const endings: Readonly<Record<Ending, Words>> = {
  approve: { icon: 'tick', title: 'Approved', words: 'Go on at your computer.' },
  deny: { icon: 'cross', title: 'Denied', words: 'Nobody was let in by this sign-in.' },
  fraud: {
    icon: 'flag',
    title: 'Reported',
    words: 'Nobody was let in, and your administrator is told. Change your password now.',
  },
  gone: {
    icon: 'clock',
    title: 'This sign-in is over',
    words: 'It was answered elsewhere, given up, or has timed out. Nothing is left to do.',
  },
  expired: {
    icon: 'clock',
    title: 'This sign-in has timed out',
    words: 'Nobody was let in. If it was you, sign in once more.',
  },
  finished: {
    icon: 'tick',
    title: 'This sign-in is finished',
    words: 'Its code was typed at the login, or it was given up there.',
  },
}

interface EndedParts {
  readonly ending: Ending
  readonly application: string | undefined
  /** Another one that waits. */
  readonly next: string | undefined
}

export function EndedScreen({ ending, application, next }: EndedParts) {
  const { icon, title, words } = endings[ending]
  return (
    <div className={`ended ended-${ending}`}>
      <span className="ended-icon">
        <Icon name={icon} />
      </span>
      <ScreenTitle key={ending}>{title}</ScreenTitle>
      {application !== undefined && <p className="ended-what">{application}</p>}
      <p className="lead">{words}</p>
      {next === undefined ? (
        <a className="button button-primary" href="#/">
          Done
        </a>
      ) : (
        <>
          <p className="note note-warning">
            <Icon name="warning" />
            Another sign-in is waiting. Is it yours too?
          </p>
          <a className="button button-primary" href={`#/request/${next}`}>
            Look at it
          </a>
        </>
      )}
    </div>
  )
}
