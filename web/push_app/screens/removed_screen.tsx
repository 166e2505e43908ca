import { PlainFrame } from '../parts/frame.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import type { PushApp } from '../push_app.ts'

interface RemovedParts {
  readonly app: PushApp
  readonly account: string
}

/** The service does not know this phone any more. */
export function RemovedScreen({ app, account }: RemovedParts) {
  return (
    <PlainFrame>
      <ScreenTitle>This phone was removed</ScreenTitle>
      <p className="lead">
        {account} does not ask this phone any more, and its passcodes do not work any more. Somebody
        has removed it, or has connected another one in its place.
      </p>
      <p className="dim">
        If that was not you, tell your administrator. To use this phone again you need a new
        activation link.
      </p>
      <button
        type="button"
        className="button button-primary"
        onClick={() => {
          app.remove().catch(() => {})
        }}
      >
        Connect it anew
      </button>
    </PlainFrame>
  )
}
