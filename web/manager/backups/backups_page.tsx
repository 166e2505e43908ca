import { Button, Group, Stack } from '@mantine/core'
import { IconArchive } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { BackupList, BackupView } from '../../../src/manager/editor/page_api.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { notify } from '../../parts/notify.ts'
import { Failed, Problem } from '../../parts/problem.tsx'
import { errorMessage, get } from '../api.ts'
import { DiffView } from '../configuration/diff_view.tsx'
import { loadText } from '../editor/loaded_text.ts'
import { useManager } from '../manager.ts'
import { openPage } from '../shell/pages.ts'
import { formatMoment } from '../status/time_text.ts'

/** The versions of the file before each save. */
export function BackupsPage() {
  const [chosen, setChosen] = useState<BackupView>()
  const list = useQuery({ queryKey: ['backups'], queryFn: () => get<BackupList>('backups') })
  return (
    <div className="page">
      <div className="page-head">
        <h1>Backups</h1>
      </div>
      {list.isPending && <p role="status">Loading the backups…</p>}
      {list.isError && (
        <Failed
          title="The backups can’t be listed"
          message={errorMessage(list.error)}
          retry={() => list.refetch()}
        />
      )}
      {list.data !== undefined && (
        <p className="dim">
          Each save keeps the previous version in <code>{list.data.folder}</code>; the newest{' '}
          {list.data.limit} stay.
        </p>
      )}
      {list.data?.backups.length === 0 && (
        <div className="empty">
          <IconArchive size={30} aria-hidden />
          <b>No backups yet</b>
          <p>The first one is made when you save a changed file.</p>
        </div>
      )}
      <ul className="backups">
        {list.data?.backups.map((backup) => (
          <li key={backup.name}>
            <div>
              <b>{formatMoment(backup.at)}</b>
              <small>
                {backup.name}, {backup.octets} bytes
              </small>
            </div>
            <Button
              size="compact-sm"
              variant="light"
              aria-label={`Compare the version of ${formatMoment(backup.at)}`}
              onClick={() => setChosen(backup)}
            >
              Compare…
            </Button>
          </li>
        ))}
      </ul>
      {chosen !== undefined && (
        <BackupDialog backup={chosen} onClose={() => setChosen(undefined)} />
      )}
    </div>
  )
}

function BackupDialog({
  backup: { name, at },
  onClose,
}: {
  readonly backup: BackupView
  readonly onClose: () => void
}) {
  const { editor } = useManager()
  const backup = useQuery({
    queryKey: ['backup', name],
    queryFn: () => get<{ readonly text: string }>(`backup?${new URLSearchParams({ name })}`),
    gcTime: 0,
  })
  const restore = (text: string): void => {
    editor.propose(text)
    openPage('configuration')
    notify('The old version is in the editor. Save it to use it; undo brings back what was there.')
  }
  return (
    <Dialog opened onClose={onClose} title={`Version of ${formatMoment(at)}`} size={860}>
      <Stack gap="md">
        {backup.isPending && <p role="status">Loading…</p>}
        {backup.isError && <Problem>{errorMessage(backup.error)}</Problem>}
        {backup.data !== undefined && (
          <>
            <p className="dim">From the text in the editor to this version:</p>
            <DiffView
              before={editor.body}
              after={loadText(backup.data.text).body}
              label="From the text in the editor to this version"
            />
          </>
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button
            disabled={backup.data === undefined}
            onClick={() => restore(backup.data?.text ?? '')}
          >
            Restore into the editor
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
