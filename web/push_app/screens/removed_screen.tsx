import { PlainFrame } from '../parts/frame.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import type { PushApp } from '../push_app.ts'

interface RemovedParts {
  readonly app: PushApp
  readonly account: string
}

export function RemovedScreen({ app, account }: RemovedParts) {
  return (
    <PlainFrame>
      <ScreenTitle>This phone was removed</ScreenTitle>
      <p className="lead">
        {account} no longer sends requests to this phone, and its passcodes no longer work. The
        phone was removed or replaced by another one.
      </p>
      <p className="dim">
        If this wasn’t you, tell your administrator. To use this phone again, you need a new
        activation link.
      </p>
      <button
        type="button"
        className="button button-primary"
        onClick={() => {
          app.remove().catch(() => {})
        }}
      >
        Connect again
      </button>
    </PlainFrame>
  )
}
