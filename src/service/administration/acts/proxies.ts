import { removedFields } from '../../audit/changes.ts'
import { Proxies, type ReportingProxy } from '../../proxies/proxies.ts'
import { act } from '../act.ts'

/** Deletes an authentication proxy from the list. It appears again if it still reports. */
export const forgetProxy = act({
  name: 'proxy_forget',
  permits: ['applications.edit'],
  do: ({ db }, { proxy }: { readonly proxy: ReportingProxy }) =>
    new Proxies().remove(proxy.proxyId, db),
  log: ({ proxy: { proxyId, host, version, address } }) => ({
    object: host,
    objectKind: 'proxy',
    objectId: proxyId,
    description: { host, address },
    changes: removedFields({ host, version, address }),
  }),
})
