import { useNavigate, useParams } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import type { ProxyDetails } from './proxy.ts'

export function ForgetDialog() {
  const { id = '' } = useParams({ strict: false })
  const { data } = useView<ProxyDetails>(`proxies/${id}`)
  return data === undefined ? null : <ForgetForm proxy={data} />
}

function ForgetForm({ proxy: { proxy_id, host, state } }: { readonly proxy: ProxyDetails }) {
  const path = `proxies/${proxy_id}`
  const close = useCloseRoute(`/${path}`)
  const navigate = useNavigate()
  const act = useAct({
    run: () => api.delete(path),
    onDone: () => navigate({ to: '/proxies' }),
    onWaiting: close,
    done: `${host} is forgotten`,
  })
  return (
    <RouteDialog parent={`/${path}`} title={`Forget ${host}`}>
      <Confirm
        question="The proxy disappears from this list. The proxy itself is not changed."
        consequences={
          state === 'connected'
            ? ['It is connected, and appears again with its next report. Stop it first.']
            : ['If it starts again, it appears again.']
        }
        action="Forget"
        act={act}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}
