import { Button, Loader } from '@mantine/core'
import { IconAdjustments } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { ShownDirectory } from '../../src/workspaces/web/page_api.ts'
import { ColorSchemeMenu } from '../parts/color_scheme_menu.tsx'
import mark from '../parts/mark.svg'
import { Failed } from '../parts/problem.tsx'
import { ClientWindow } from './client/client_window.tsx'
import { TesterHints } from './client/tester_hints.tsx'
import { useDirectory, useDirectoryRefresh } from './directory.ts'
import { DrawingPanel } from './drawing/drawing_panel.tsx'
import { TraceFeed } from './drawing/trace_feed.ts'
import { RadiusState } from './settings/directory_section.tsx'
import { countFaults } from './settings/faults_section.tsx'
import { SettingsDrawer } from './settings/settings_drawer.tsx'

const feed = new TraceFeed()
/** `?MFACode=push`, as launch links of the client have it. */
const launched = new URLSearchParams(location.search).get('MFACode') ?? ''

/** The client's form on the left, and what happens behind it on the right. */
export function App() {
  const found = useDirectory()
  const refresh = useDirectoryRefresh()
  const [isOpen, setOpen] = useState(false)
  const [mfaCode, setMfaCode] = useState({ text: launched })
  useEffect(() => feed.follow(), [])
  const directory = found.data
  return (
    <>
      <Header directory={directory} onOpenSettings={() => setOpen(true)} />
      <main id="content" tabIndex={-1}>
        {directory === undefined && found.isError && (
          <div className="splash">
            <Failed
              title="The directory does not answer"
              message="Start it with npm start or workspaces directory, then try again."
              retry={refresh}
            />
          </div>
        )}
        {found.isPending && (
          <div className="splash">
            <Loader role="status" aria-label="Loading" />
          </div>
        )}
        {directory !== undefined && (
          <div className="columns">
            <div className="user-side">
              <ClientWindow
                directory={directory}
                mfaCode={mfaCode}
                // the client never remembers a code
                onSignedIn={() => setMfaCode({ text: '' })}
              />
              <TesterHints links={directory.links} onChoose={(text) => setMfaCode({ text })} />
            </div>
            <DrawingPanel feed={feed} directory={directory} />
          </div>
        )}
      </main>
      {directory !== undefined && (
        <SettingsDrawer directory={directory} isOpen={isOpen} onClose={() => setOpen(false)} />
      )}
    </>
  )
}

function Header({
  directory,
  onOpenSettings,
}: {
  readonly directory: ShownDirectory | undefined
  readonly onOpenSettings: () => void
}) {
  const faults = countFaults(directory?.knobs.faults)
  return (
    <header className="head">
      <a href="#content" className="skip">
        Skip to content
      </a>
      <div className="brand">
        <img src={mark} alt="" width={30} height={30} />
        <span>
          <b>WorkSpaces sign-in</b>
          <small>simulated by Countersign</small>
        </span>
      </div>
      <div className="head-end">
        {directory !== undefined && (
          <span className="head-state">
            <span className="head-state-name">RADIUS</span>
            <RadiusState status={directory.radius?.status} />
          </span>
        )}
        {faults > 0 && (
          <span className="state" data-state="warning">
            {faults} {faults === 1 ? 'fault' : 'faults'} on
          </span>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconAdjustments size={16} aria-hidden />}
          disabled={directory === undefined}
          onClick={onOpenSettings}
        >
          Directory
        </Button>
        <ColorSchemeMenu />
      </div>
    </header>
  )
}
