import { Button, Group, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import { restoreModel, type SentModel } from '../../../src/manager/editor/config_model.ts'
import type { FileView, Problem } from '../../../src/manager/editor/page_api.ts'
import { notify } from '../../parts/notify.ts'
import { Failed } from '../../parts/problem.tsx'
import { ApiError, errorMessage, get, post } from '../api.ts'
import { ConfigurationPage } from '../configuration/configuration_page.tsx'
import { openSave } from '../configuration/save_state.ts'
import { Validation } from '../configuration/validation.ts'
import { ConfigEditor } from '../editor/config_editor.ts'
import { Live, type PageEnd } from '../live.ts'
import { type Manager, ManagerProvider } from '../manager.ts'
import { ServiceDialog } from '../status/service_dialog.tsx'
import { ServiceRun } from '../status/service_run.ts'
import { useStore } from '../store.ts'
import { Gate } from './gate.tsx'
import { Header } from './header.tsx'
import { usePage } from './pages.ts'

const StatusPage = lazy(async () => ({
  default: (await import('../status/status_page.tsx')).StatusPage,
}))
const LogPage = lazy(async () => ({ default: (await import('../log/log_page.tsx')).LogPage }))
const BackupsPage = lazy(async () => ({
  default: (await import('../backups/backups_page.tsx')).BackupsPage,
}))

/** Loads what the pages need, and ends with the session. */
export function Workbench() {
  const loaded = useQuery({
    queryKey: ['workbench'],
    queryFn: load,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (loaded.isPending) {
    return (
      <main className="splash">
        <Loader role="status" aria-label="Loading" />
      </main>
    )
  }
  if (loaded.isError) {
    const { error } = loaded
    if (error instanceof ApiError && error.problem.code === 'no_session') {
      return <Gate title="The session has ended">{error.message}</Gate>
    }
    return (
      <main className="gate">
        <Failed
          title="The configuration can’t be shown"
          message={errorMessage(error)}
          retry={() => loaded.refetch()}
        />
      </main>
    )
  }
  return <Pages manager={loaded.data} />
}

async function load(): Promise<Manager> {
  const [model, file] = await Promise.all([get<SentModel>('model'), get<FileView>('file')])
  const live = new Live()
  const validation = new Validation()
  const editor = new ConfigEditor(file, restoreModel(model), {
    check: (text) => check(text, live),
    onCopySecrets: (count) =>
      notify(
        `The copied text contains ${count === 1 ? 'a secret' : `${count} secrets`} that ${count === 1 ? 'is' : 'are'} shown as dots.`,
      ),
    save: openSave,
    validate: () => void validation.run(editor.text),
    nonce: document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '',
  })
  return { editor, live, validation, service: new ServiceRun() }
}

/** @returns `undefined` if the command has ended, which the page shows by itself. */
async function check(text: string, live: Live): Promise<readonly Problem[] | undefined> {
  if (live.end.get() !== undefined) return undefined
  try {
    return (await post<{ readonly problems: readonly Problem[] }>('check', { text })).problems
  } catch {
    return undefined
  }
}

function Pages({ manager }: { readonly manager: Manager }) {
  const { live, editor } = manager
  const page = usePage()
  const end = useStore(live.end)
  useEffect(() => {
    live.follow().catch(() => {})
  }, [live])
  useEffect(() => warnBeforeLeaving(editor), [editor])
  const shown = useMemo(() => {
    switch (page) {
      case 'configuration':
        return <ConfigurationPage />
      case 'status':
        return <StatusPage />
      case 'log':
        return <LogPage />
      case 'backups':
        return <BackupsPage />
    }
  }, [page])
  if (end !== undefined) return <Ended end={end} editor={editor} />
  return (
    <ManagerProvider value={manager}>
      <div className="workbench">
        <Header page={page} />
        <main id="content" data-page={page} tabIndex={-1}>
          <Suspense fallback={<Loader m="xl" role="status" aria-label="Loading" />}>
            {shown}
          </Suspense>
        </main>
        <ServiceDialog />
      </div>
    </ManagerProvider>
  )
}

const endTitles: Readonly<Record<PageEnd, string>> = {
  idle: 'The session has ended because it was idle',
  replaced: 'The Manager was opened in another window',
  closed: 'The Manager is closed',
  stopped: 'The command was ended',
  lost: 'The Manager does not answer',
}
const endAdvice: Readonly<Record<PageEnd, string>> = {
  idle: 'Press Enter in the terminal where authproxy_manager runs, and open the new link.',
  replaced:
    'Only one window can be open at a time. Continue there, or press Enter in the terminal for a new link.',
  closed: 'Press Enter in the terminal for a new link, or end the command with Ctrl-C.',
  stopped:
    'The proxy itself is not affected. To go on, run authproxy_manager again and open the new link.',
  lost: 'Its command was ended, or the connection to that machine is lost. This page sends no more requests, so that no other program can receive the configuration. Run authproxy_manager again, or press Enter where it runs, and open the new link.',
}

/** In place of all pages, once the session has ended. Unsaved text can be taken along. */
function Ended({ end, editor }: { readonly end: PageEnd; readonly editor: ConfigEditor }) {
  const isDirty = useStore(editor.isDirty)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(editor.text)
    notify('Copied. The text contains secrets.')
  }
  return (
    <Gate
      title={endTitles[end]}
      actions={
        isDirty && (
          <Group gap="sm" align="center">
            <Button variant="light" onClick={() => void copy()}>
              Copy the unsaved configuration
            </Button>
          </Group>
        )
      }
    >
      {endAdvice[end]}
    </Gate>
  )
}

function warnBeforeLeaving(editor: ConfigEditor): () => void {
  const onLeave = (event: BeforeUnloadEvent) => {
    if (editor.isDirty.get()) event.preventDefault()
  }
  window.addEventListener('beforeunload', onLeave)
  return () => window.removeEventListener('beforeunload', onLeave)
}
