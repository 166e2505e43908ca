import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import type { ApplicationDetails } from './application.ts'
import { useShownApplication } from './shown_application.ts'

export function RemoveDialog() {
  const app = useShownApplication()
  return app === undefined ? null : <RemoveForm app={app} />
}

function RemoveForm({ app: { integration_key, name } }: { readonly app: ApplicationDetails }) {
  const path = `applications/${integration_key}`
  const close = useCloseRoute(`/${path}`)
  const navigate = useNavigate()
  const { data: removal } = useView<{
    readonly sign_ins_7_days: number
    readonly policies: number
  }>(`${path}/removal`)
  const act = useAct({
    run: () => api.delete(path, { name }),
    changes: ['applications'],
    onDone: () => navigate({ to: '/applications' }),
    onWaiting: close,
    done: `${name} is removed`,
  })
  return (
    <RouteDialog parent={`/${path}`} title={`Remove ${name}`}>
      {removal === undefined ? (
        <LoadingSkeleton h={120} />
      ) : (
        <Confirm
          question="Its keys stop working at once. This can’t be undone."
          consequences={[
            removal.sign_ins_7_days === 0
              ? 'No sign-in in the last 7 days.'
              : `${removal.sign_ins_7_days.toLocaleString()} sign-ins in the last 7 days; the next ones fail.`,
            ...(removal.policies === 0
              ? []
              : [`${removal.policies} policies no longer apply here; they are kept.`]),
            'Log entries are kept.',
          ]}
          typedName={name}
          action="Remove"
          act={act}
          input={undefined}
          onCancel={close}
        />
      )}
    </RouteDialog>
  )
}
