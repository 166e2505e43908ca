import { Drawer } from '@mantine/core'
import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'
import { DirectorySection } from './directory_section.tsx'
import { FaultsSection } from './faults_section.tsx'
import { KnobsSection } from './knobs_section.tsx'
import { TraceSection } from './trace_section.tsx'

/** The simulated directory: its state, its faults, its assumptions, and its trace. */
export function SettingsDrawer({
  directory,
  isOpen,
  onClose,
}: {
  readonly directory: ShownDirectory
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  return (
    <Drawer.Root opened={isOpen} onClose={onClose} position="right" size="lg">
      <Drawer.Overlay />
      <Drawer.Content p={0}>
        {/* not Drawer.Header, which is a second banner of the page */}
        <div className="settings-head">
          <Drawer.Title>The simulated directory</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body>
          <div className="settings">
            <DirectorySection directory={directory} />
            <FaultsSection directory={directory} />
            <TraceSection directory={directory} />
            <KnobsSection knobs={directory.knobs} />
          </div>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
