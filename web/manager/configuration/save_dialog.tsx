import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { mergeTexts } from '../../../src/manager/editor/merge_texts.ts'
import type { FileView, SaveAnswer } from '../../../src/manager/editor/page_api.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { notify } from '../../parts/notify.ts'
import { Problem } from '../../parts/problem.tsx'
import { ApiError, errorMessage, get, post } from '../api.ts'
import { loadText } from '../editor/loaded_text.ts'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'
import { DiffView } from './diff_view.tsx'
import { isSaving } from './save_state.ts'

/** Shows what changes before it is saved; if the file was changed on disk, what to do about that. */
export function SaveDialog() {
  const isOpen = useStore(isSaving)
  return isOpen ? <OpenSaveDialog onClose={() => isSaving.set(false)} /> : null
}

function OpenSaveDialog({ onClose }: { readonly onClose: () => void }) {
  const { editor, live } = useManager()
  const [other, setOther] = useState<FileView>()
  const base = useStore(editor.base)
  const save = useMutation({
    mutationFn: async (version: string | null) => {
      const { text } = editor
      const saved = await post<SaveAnswer>('file', { text, base: version })
      return { text, ...saved }
    },
    onSuccess: ({ text, version, backup }) => {
      const { readOnly: _, ...file } = base
      editor.rebase({ ...file, text, version, encoding: 'utf-8' })
      // the server looks at the disk every two seconds only
      live.fileVersion.set(version)
      notify(backup === undefined ? 'Saved.' : 'Saved. The previous version is in the backups.')
    },
    onError: (error) => {
      if (error instanceof ApiError && error.problem.current !== undefined) {
        setOther(error.problem.current)
      }
    },
  })
  const [opened] = useState(base.version)
  // shown at once; a file that can't be read now is reported by the save
  useEffect(() => {
    let isShown = true
    const compare = async (): Promise<void> => {
      const file = await get<FileView>('file')
      if (isShown && file.version !== opened) setOther(file)
    }
    compare().catch(() => {})
    return () => {
      isShown = false
    }
  }, [opened])
  if (other !== undefined) {
    return (
      <StaleDialog
        other={other}
        onClose={onClose}
        onOverwrite={async () => {
          editor.rebase(other)
          live.fileVersion.set(other.version)
          setOther(undefined)
        }}
      />
    )
  }
  const error = save.error === null ? base.readOnly : errorMessage(save.error)
  return (
    <Dialog opened onClose={onClose} title="Save the configuration" size={860}>
      <Stack gap="md">
        <Problem>{error}</Problem>
        <ProblemNotice />
        {base.encoding !== 'utf-8' && (
          <Text fz="sm">
            The file is {base.encoding === 'utf-16' ? 'UTF-16' : 'not UTF-8'}; it is saved as UTF-8,
            which the proxy needs.
          </Text>
        )}
        <DiffView
          before={loadText(base.text).body}
          after={editor.body}
          label="Changes to the file"
        />
        <SaveButtons
          isSaving={save.isPending}
          onClose={onClose}
          save={async () => {
            await save.mutateAsync(base.version)
            onClose()
          }}
        />
      </Stack>
    </Dialog>
  )
}

function ProblemNotice() {
  const { editor } = useManager()
  const problems = useStore(editor.problems) ?? []
  const errors = problems.filter(({ severity }) => severity === 'error').length
  if (errors === 0) return null
  return (
    <Text fz="sm" className="tone-danger">
      The configuration has {errors === 1 ? 'an error' : `${errors} errors`}. You can save it, but
      the proxy does not start with it; a running proxy keeps the configuration that it has.
    </Text>
  )
}

function SaveButtons({
  isSaving: isBusy,
  onClose,
  save,
}: {
  readonly isSaving: boolean
  readonly onClose: () => void
  readonly save: () => Promise<void>
}) {
  const { editor, live, service } = useManager()
  const isDirty = useStore(editor.isDirty)
  const proxy = useStore(live.proxy)
  const act = proxy?.state === 'running' ? 'reload' : 'start'
  const then = async (): Promise<void> => {
    await save()
    await service.run(act)
  }
  return (
    <Group justify="flex-end" gap="sm">
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
      <Button
        variant="light"
        disabled={!isDirty}
        loading={isBusy}
        onClick={() => void then().catch(() => {})}
      >
        {act === 'reload' ? 'Save and reload' : 'Save and start'}
      </Button>
      <Button
        disabled={!isDirty}
        loading={isBusy}
        data-autofocus
        onClick={() => void save().catch(() => {})}
      >
        Save
      </Button>
    </Group>
  )
}

/** The file is not the one that was edited. */
function StaleDialog({
  other,
  onClose,
  onOverwrite,
}: {
  readonly other: FileView
  readonly onClose: () => void
  readonly onOverwrite: () => void
}) {
  const { editor, live } = useManager()
  const disk = loadText(other.text).body
  const merge = (): void => {
    const merged = mergeTexts(loadText(editor.base.get().text).body, editor.body, disk)
    editor.propose(merged.text)
    editor.rebase(other)
    live.fileVersion.set(other.version)
    notify(
      merged.conflicts === 0
        ? 'Both changes are in the editor. Look at them, then save.'
        : `Both changed the same lines in ${merged.conflicts === 1 ? 'one place' : `${merged.conflicts} places`}: look for “changed on disk as well”.`,
    )
    onClose()
  }
  const discard = (): void => {
    editor.load(other)
    live.fileVersion.set(other.version)
    notify('The version on disk is in the editor. Undo brings back yours.')
    onClose()
  }
  return (
    <Dialog opened onClose={onClose} title="The file was changed on disk" size={860}>
      <Stack gap="md">
        <Problem>
          {other.version === null
            ? 'The file was deleted since you opened it. Nothing was saved.'
            : 'Someone else saved the file since you opened it. Nothing was saved, so that their changes are not lost.'}
        </Problem>
        <Text fz="sm">From the version on disk to yours:</Text>
        <DiffView before={disk} after={editor.body} label="From the version on disk to yours" />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={discard}>
            Discard mine
          </Button>
          <Button color="danger" variant="light" onClick={onOverwrite}>
            Overwrite theirs…
          </Button>
          <Button onClick={merge} data-autofocus>
            Merge both
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
