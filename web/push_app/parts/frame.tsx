import type { ReactNode } from 'react'
import type { Connected } from '../push_app.ts'
import type { Route } from '../route.ts'
import type { FeedState } from '../service/request_feed.ts'
import { Icon, type IconName } from './icon.tsx'
import { Mark } from './mark.tsx'

const tabs: readonly (readonly [Route['screen'], string, IconName, string])[] = [
  ['home', '#/', 'home', 'Sign-ins'],
  ['history', '#/history', 'history', 'History'],
  ['settings', '#/settings', 'settings', 'Settings'],
]

const feedWords: Readonly<Record<FeedState, string>> = {
  connecting: 'Connecting…',
  live: 'Connected',
  slow: 'Connected (slow)',
  reconnecting: 'Reconnecting…',
  offline: 'Offline',
  unreachable: 'Service unreachable',
}

interface FrameParts {
  readonly connected: Connected
  readonly screen: Route['screen']
  readonly children: ReactNode
}

/** Header and tabs around the screens of an activated phone. */
export function Frame({ connected, screen, children }: FrameParts) {
  const { phone, feed, description } = connected
  const answering = screen === 'request'
  return (
    <div className="frame">
      <header className="top">
        <Mark logo={description?.logo ?? null} />
        <p className="who">
          <strong>{description?.account ?? phone.account}</strong>
          <span>{description?.username ?? phone.username}</span>
        </p>
        <p className={`feed feed-${feed}`} role="status">
          {feedWords[feed]}
        </p>
      </header>
      <main>{children}</main>
      {!answering && (
        <nav className="tabs" aria-label="Screens">
          {tabs.map(([name, href, icon, words]) => (
            <a key={name} href={href} aria-current={name === screen ? 'page' : undefined}>
              <Icon name={icon} />
              {words}
            </a>
          ))}
        </nav>
      )}
    </div>
  )
}

/** Frame without tabs, for screens before the activation. */
export function PlainFrame({ children }: { readonly children: ReactNode }) {
  return (
    <div className="frame frame-plain">
      <main>
        <Mark />
        {children}
      </main>
    </div>
  )
}
