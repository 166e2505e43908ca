import { useState } from 'react'
import { Modal } from '../parts/modal.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import type { Connected, PushApp } from '../push_app.ts'
import { InstallCard } from './install_card.tsx'
import { NotificationCard } from './notification_card.tsx'

interface SettingsParts {
  readonly app: PushApp
  readonly connected: Connected
}

export function SettingsScreen({ app, connected }: SettingsParts) {
  const { phone, description } = connected
  const [removing, setRemoving] = useState(false)
  return (
    <>
      <ScreenTitle>Settings</ScreenTitle>
      <NotificationCard app={app} connected={connected} />
      <InstallCard />
      <section className="card stack" aria-labelledby="phone-title">
        <h2 id="phone-title">This phone</h2>
        <dl className="facts facts-bare">
          <div className="fact">
            <dt>Name</dt>
            <dd>{description?.name ?? phone.name}</dd>
          </div>
          <div className="fact">
            <dt>User</dt>
            <dd>{description?.username ?? phone.username}</dd>
          </div>
          <div className="fact">
            <dt>Account</dt>
            <dd>{description?.account ?? phone.account}</dd>
          </div>
        </dl>
        <p className="dim">
          Rename and reorder your devices in <a href="/portal">your account</a>.
        </p>
        <button
          type="button"
          className="button button-danger-soft"
          onClick={() => setRemoving(true)}
        >
          Remove this phone
        </button>
      </section>
      {removing && <RemoveDialog app={app} closed={() => setRemoving(false)} />}
    </>
  )
}

interface RemoveParts {
  readonly app: PushApp
  readonly closed: () => void
}

function RemoveDialog({ app, closed }: RemoveParts) {
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const remove = async (): Promise<void> => {
    setBusy(true)
    try {
      await app.remove()
    } catch {
      setBusy(false)
      setProblem('Can’t reach the service. This phone is still connected. Try again.')
    }
  }
  return (
    <Modal title="Remove this phone?" closed={closed}>
      <p>
        This phone will no longer get requests, and its passcodes will stop working. Make sure you
        have another way to sign in. To use it again, you need a new activation link.
      </p>
      <p className="wrong" role="alert">
        {problem}
      </p>
      <div className="stack">
        <button
          type="button"
          className="button button-danger"
          disabled={busy}
          onClick={() => {
            remove().catch(() => {})
          }}
        >
          {busy ? 'Removing…' : 'Remove'}
        </button>
        <button type="button" className="button" onClick={closed}>
          Back
        </button>
      </div>
    </Modal>
  )
}
