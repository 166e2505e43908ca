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
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      size="lg"
      title="The simulated directory"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className="settings">
        <DirectorySection directory={directory} />
        <FaultsSection directory={directory} />
        <TraceSection directory={directory} />
        <KnobsSection knobs={directory.knobs} />
      </div>
    </Drawer>
  )
}
