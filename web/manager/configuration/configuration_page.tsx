import { ActionIcon, Button, Group, Tabs, Tooltip } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import {
  IconAlignLeft,
  IconDeviceFloppy,
  IconEye,
  IconEyeOff,
  IconKeyboard,
  IconPlugConnected,
  IconSearch,
  IconWand,
} from '@tabler/icons-react'
import { useState } from 'react'
import { CodeEditor } from '../editor/code_editor.tsx'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'
import { DiskNotice } from './disk_notice.tsx'
import { GuidedStart } from './guided_start.tsx'
import { KeyboardDialog } from './keyboard_dialog.tsx'
import { ProblemList } from './problem_list.tsx'
import { SaveDialog } from './save_dialog.tsx'
import { openSave } from './save_state.ts'
import { ValidationPanel } from './validation_panel.tsx'

/** The editor, with problems and validation beside it. */
export function ConfigurationPage() {
  const { editor, validation } = useManager()
  const { path } = useStore(editor.base)
  const [panel, setPanel] = useState<string | null>('problems')
  const [isGuided, setGuided] = useState(editor.isEmpty.get())
  const [keyboard, { open, close }] = useDisclosure()
  // the editor has the same keys while it has the focus
  useHotkeys([
    ['mod+S', openSave],
    ['mod+Enter', () => void validation.run(editor.text)],
  ])
  const problems = useStore(editor.problems)
  const { phase } = useStore(validation.state)
  const [shownPhase, setShownPhase] = useState(phase)
  if (phase !== shownPhase) {
    setShownPhase(phase)
    // the keyboard starts a validation, too
    if (phase === 'running') setPanel('validation')
  }
  return (
    <div className="configuration">
      <div className="config-head">
        <h1 className="config-path" title={path}>
          <bdi>{path}</bdi>
        </h1>
        {!isGuided && <Tools onGuide={() => setGuided(true)} onKeyboard={open} />}
      </div>
      <DiskNotice />
      <div className="config-body" data-guided={isGuided || undefined}>
        {isGuided ? (
          <GuidedStart
            onCancel={() => setGuided(false)}
            onDone={(text) => {
              editor.propose(text)
              setGuided(false)
              setPanel('problems')
            }}
          />
        ) : (
          <>
            <CodeEditor editor={editor} />
            <aside className="panel" aria-label="Findings">
              <Tabs value={panel} onChange={setPanel}>
                <Tabs.List>
                  <Tabs.Tab value="problems">
                    Problems{' '}
                    {problems !== undefined && problems.length > 0 && (
                      <span className="count">{problems.length}</span>
                    )}
                  </Tabs.Tab>
                  <Tabs.Tab value="validation">Validation</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="problems">
                  <ProblemList />
                </Tabs.Panel>
                <Tabs.Panel value="validation">
                  <ValidationPanel />
                </Tabs.Panel>
              </Tabs>
            </aside>
          </>
        )}
      </div>
      <SaveDialog />
      <KeyboardDialog opened={keyboard} onClose={close} />
    </div>
  )
}

function Tools({
  onGuide,
  onKeyboard,
}: {
  readonly onGuide: () => void
  readonly onKeyboard: () => void
}) {
  const { editor, validation } = useManager()
  const isDirty = useStore(editor.isDirty)
  const areShown = useStore(editor.areSecretsShown)
  const { phase } = useStore(validation.state)
  return (
    <Group className="config-tools" gap={6}>
      <Tool label="Guided start" icon={IconWand} onClick={onGuide} />
      <Tool label="Find" icon={IconSearch} onClick={() => editor.find()} />
      <Tool label="Format" icon={IconAlignLeft} onClick={() => editor.format()} />
      <Tool
        label={areShown ? 'Hide secrets' : 'Show secrets'}
        icon={areShown ? IconEyeOff : IconEye}
        onClick={() => editor.showSecrets(!areShown)}
      />
      <span className="for-keyboards">
        <Tool label="Keyboard" icon={IconKeyboard} onClick={onKeyboard} />
      </span>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={16} aria-hidden />}
        loading={phase === 'running'}
        onClick={() => void validation.run(editor.text)}
      >
        Validate
      </Button>
      <Button
        leftSection={<IconDeviceFloppy size={16} aria-hidden />}
        disabled={!isDirty}
        onClick={openSave}
      >
        Save…
      </Button>
    </Group>
  )
}

function Tool({
  label,
  icon: Icon,
  onClick,
}: {
  readonly label: string
  readonly icon: typeof IconEye
  readonly onClick: () => void
}) {
  return (
    <Tooltip label={label} withinPortal={false}>
      <ActionIcon color="gray" aria-label={label} onClick={onClick}>
        <Icon size={20} stroke={1.75} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
