import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { FileView } from '../../../src/manager/editor/page_api.ts'
import { notify } from '../../parts/notify.ts'
import { errorMessage, get } from '../api.ts'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'

/** Says that the file on disk is not the one in the editor any more, or can't be saved. */
export function DiskNotice() {
  const { editor, live } = useManager()
  const { version, readOnly, encoding } = useStore(editor.base)
  const onDisk = useStore(live.fileVersion)
  const isDirty = useStore(editor.isDirty)
  const load = useMutation({
    mutationFn: () => get<FileView>('file'),
    onSuccess: (file) => editor.load(file),
    onError: (error) => notify(errorMessage(error), 'danger'),
  })
  if (onDisk !== undefined && onDisk !== version) {
    return (
      <div className="notice" role="status">
        <span className="grow">
          {onDisk === null ? 'The file was deleted on disk.' : 'The file was changed on disk.'}
          {isDirty && ' Save shows both versions and lets you merge them.'}
        </span>
        {!isDirty && (
          <Button size="compact-sm" variant="light" onClick={() => load.mutate()}>
            Load it
          </Button>
        )}
      </div>
    )
  }
  if (readOnly !== undefined) return <Notice>You can’t save here: {readOnly}.</Notice>
  if (encoding === 'utf-8') return null
  const found = encoding === 'utf-16' ? 'UTF-16' : 'not UTF-8'
  return <Notice>The file is {found}, which the proxy can’t read. Save converts it.</Notice>
}

function Notice({ children }: { readonly children: ReactNode }) {
  return (
    <div className="notice" role="status">
      <span>{children}</span>
    </div>
  )
}
