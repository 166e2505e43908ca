import type { FastifyRequest } from 'fastify'
import { AuthApiFailure, failureDetail, failures } from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import type { Integration } from '../../../applications/integrations.ts'
import { Proxies } from '../../../proxies/proxies.ts'
import { parseReport } from '../../../proxies/report_schema.ts'
import type { Store } from '../../../store/store.ts'
import { ApplicationLimit } from '../../gate/application_limit.ts'
import type { ClientAddresses } from '../../gate/client_address.ts'
import { TooManyRequests } from '../../gate/request_limit.ts'
import type { SignedRequest } from '../../gate/signed_request.ts'

export const proxyReportPath = '/auth/v2/proxy_report'

/** Of all proxies of an application; each sends two. */
const maxPerMinute = 120

/** Stores the report of an authentication proxy. @throws {AuthApiFailure} */
export type TakeProxyReport = (
  call: SignedRequest,
  request: Pick<FastifyRequest, 'socket' | 'headers'>,
) => Promise<object>

/** Whether an application may be that of an authentication proxy. */
export function mayReport({ type }: Integration): boolean {
  return type === 'radius' || type === 'authapi'
}

/**
 * Takes reports of authentication proxies. The signature binds a report to its application, so a proxy
 * can't report for another one.
 */
export function takeProxyReports(
  store: Store,
  clientAddresses: ClientAddresses,
  clock: Clock,
): TakeProxyReport {
  const proxies = new Proxies()
  const limit = new ApplicationLimit(maxPerMinute, clock)
  return async ({ integration, parameters }, request) => {
    if (!mayReport(integration)) {
      throw new AuthApiFailure(failures.accessForbidden, failureDetail.wrongIntegrationType)
    }
    const waitMs = limit.add(integration.ikey)
    if (waitMs !== 0) throw new TooManyRequests(Math.ceil(waitMs / 1000))
    const json = parameters.get('report') ?? ''
    if (json === '') throw new AuthApiFailure(failures.missingParameters, 'report')
    const report = parseReport(json)
    if (report === undefined) throw new AuthApiFailure(failures.invalidParameters, 'report')
    const sender = { ikey: integration.ikey, address: clientAddresses.resolve(request) }
    const isKept = await store.transaction((db) => proxies.keep(report, sender, clock.now(), db))
    if (!isKept) throw new AuthApiFailure(failures.invalidParameters, 'too many proxies')
    return {}
  }
}
