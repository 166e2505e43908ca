import { readFileSync } from 'node:fs'
import { setTimeout as elapsed } from 'node:timers/promises'
import { AdminClient } from '../../test/rig/admin_client.ts'
import { ServiceClient } from '../../test/rig/service_client.ts'
import { loggedValues } from '../panel/long_log.ts'
import type { ServiceAtWork } from '../service/our_service.ts'
import { formatLatency, type Latency } from '../statistic.ts'
import type { FilledDatabase } from './filled_database.ts'

/** A request of an administrator's browser, or of a client of the Admin API. */
export interface ListRequest {
  readonly name: string
  readonly send: () => Promise<void>
  /** The answer is kept for a while: requests in between would measure nothing. */
  readonly isKept?: boolean
}

/** The clients of a service, and what they request. */
export interface Lists {
  readonly requests: readonly ListRequest[]
  readonly close: () => void
}

/** Counts are kept for this long. */
const keptMs = 5_100
const pageOfApi = 300
const session = 'session, without a list'
/** The request of the panel that lists nothing. */
export const noList = `panel: ${session}`
/** An idle connection may be closed just when the next request begins. */
const newConnection = { connection: 'close' }

/** Signs an administrator in. */
export async function openLists(
  { port, caFile }: ServiceAtWork,
  { administrator, adminApi, company }: FilledDatabase,
): Promise<Lists> {
  const ca = readFileSync(caFile, 'utf8')
  const http = new ServiceClient({ port, ca, integration: adminApi })
  const client = new AdminClient({ port, send: (raw) => http.send(raw) })
  await client.signIn(administrator)
  const panel = (name: string, path: string): ListRequest => ({
    name: `panel: ${name}`,
    send: async () => {
      const { status } = await client.call('GET', path, {}, newConnection)
      if (status !== 200) throw new Error(`${path} was answered with ${status}`)
    },
  })
  const api = (
    name: string,
    path: string,
    parameters: Readonly<Record<string, string>> = {},
  ): ListRequest => ({
    name: `Admin API: ${name}`,
    send: async () => {
      const { status, text } = await http.call({
        ...{ method: 'GET', path, parameters, version: 5, headers: newConnection },
      })
      if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`)
    },
  })
  const { user } = loggedValues
  const last = Math.max(0, company.users - pageOfApi)
  return {
    requests: [
      panel(session, 'session'),
      panel('users by name', 'users?sort=username'),
      panel('users by last login', 'users?sort=-last_login'),
      panel('users found by a word', 'users?q=ada'),
      panel('users found by two words', 'users?q=ada+exam&sort=email'),
      panel('users who are not enrolled', 'users?filter=not_enrolled&sort=email'),
      panel('users of a small group', `users?group=${company.groups.few}&sort=realname`),
      { ...panel('counts of users', 'users-counts'), isKept: true },
      panel('phones', 'phones'),
      panel('groups', 'groups'),
      panel('newest sign-ins', 'logs/authentication'),
      panel('sign-ins of a user', `logs/authentication?user=${user.some}`),
      panel('frauds from an address', 'logs/authentication?result=fraud&address=192.0.2.1'),
      panel('denied pushes', 'logs/authentication?result=denied&factor=duo_push'),
      panel('sign-ins of a month', 'dashboard/sign-ins?range=month'),
      api('first page of users', '/admin/v1/users', { limit: String(pageOfApi) }),
      api('last page of users', '/admin/v1/users', {
        ...{ limit: String(pageOfApi), offset: String(last) },
      }),
      api('newest sign-ins (v2)', '/admin/v2/logs/authentication'),
      api('denied sign-ins (v2)', '/admin/v2/logs/authentication', { results: 'denied' }),
      api('oldest sign-ins (v1)', '/admin/v1/logs/authentication'),
      api('sizes', '/admin/v1/info/summary'),
      api('authentication attempts of a month', '/admin/v1/info/authentication_attempts', {
        mintime: String(Math.floor(Date.now() / 1000) - 30 * 86_400),
      }),
    ],
    close: () => http.close(),
  }
}

/** Sends a request again and again. */
export async function measureList(
  { send, isKept = false }: ListRequest,
  samples: number,
): Promise<Latency> {
  const times: number[] = []
  for (let sample = 0; sample < (isKept ? Math.min(samples, 2) : samples); sample++) {
    if (isKept && sample > 0) await elapsed(keptMs)
    const began = performance.now()
    await send()
    times.push(performance.now() - began)
  }
  return formatLatency(times)
}
