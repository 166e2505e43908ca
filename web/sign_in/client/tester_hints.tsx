import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'

const words = [
  { word: 'push', text: 'sends a push; approve it in the push app' },
  { word: 'phone', text: 'calls the phone; press a key to approve' },
  { word: 'sms', text: 'sends passcodes, and denies this sign-in; sign in again with one of them' },
] as const

/** What to type as MFA code, for testers. The WorkSpaces client shows none of it. */
export function TesterHints({
  links,
  onChoose,
}: {
  readonly links: ShownDirectory['links']
  readonly onChoose: (word: string) => void
}) {
  return (
    <aside className="hints" aria-labelledby="hints-title">
      <h2 id="hints-title">For the tester: what to type as MFA code</h2>
      <ul>
        <li>
          <span className="hint-code">123456</span>
          <span>a passcode from an app, a token or an SMS; each works once</span>
        </li>
        {words.map(({ word, text }) => (
          <li key={word}>
            <button
              type="button"
              className="hint-code hint-fill"
              aria-label={`Type ${word} as MFA code`}
              onClick={() => onChoose(word)}
            >
              {word}
            </button>
            <span>{text}</span>
          </li>
        ))}
      </ul>
      {links.length > 0 && (
        <p className="hint-links">
          {links.map(({ name, url }) => (
            <a key={url} href={url} target="_blank" rel="noreferrer">
              {name}
            </a>
          ))}
        </p>
      )}
    </aside>
  )
}
