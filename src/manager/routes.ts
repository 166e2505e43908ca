import { runConnectivityTool } from '../ctl/connectivity/connectivity_tool.ts'
import { errorText } from '../host/error_text.ts'
import { readProxyConfig } from '../proxy/sections/read_proxy_config.ts'
import { buildModel } from './build_model.ts'
import { type ConfigStore, ConfigUnreadable } from './config_store.ts'
import { decodeConfig } from './config_text.ts'
import type { BackupList, ServiceAct, ServiceEvent } from './editor/page_api.ts'
import { EventQueue } from './event_queue.ts'
import { liveEvents, readState } from './live_events.ts'
import { followLog, readEarlier } from './log_tail.ts'
import type { ProxyServicePort } from './proxy_service_port.ts'
import { answer, type Reply, refuse } from './reply.ts'
import type { ManagerSession } from './session.ts'

/** A request of the page, which belongs to the session. */
export interface ApiRequest {
  readonly query: URLSearchParams
  /** `undefined` for GET. */
  readonly body: unknown
  /** Aborted when the session ends or the browser closes the connection. */
  readonly signal: AbortSignal
}

type Route = (request: ApiRequest) => Reply | Promise<Reply>

interface RouteParts {
  readonly store: ConfigStore
  readonly proxy: ProxyServicePort
  readonly session: ManagerSession
  /** Prints what was done; never a secret. */
  readonly note: (text: string) => void
}

/** What the page can ask, by method and path. */
export function createRoutes(parts: RouteParts): ReadonlyMap<string, Route> {
  const { store, proxy, session, note } = parts
  return new Map<string, Route>([
    ['GET /api/model', () => answer(buildModel())],
    ['GET /api/live', ({ signal }) => ({ stream: liveEvents(parts, signal) })],
    ['GET /api/file', () => readFile(store)],
    ['POST /api/file', ({ body }) => saveFile(store, body, note)],
    ['POST /api/check', ({ body }) => check(store, body)],
    ['POST /api/validate', ({ body, signal }) => validate(parts, body, signal)],
    ['GET /api/backups', () => answer(listBackups(store))],
    ['GET /api/backup', ({ query }) => readBackup(store, query)],
    ['POST /api/service', ({ body }) => actOnService(proxy, body, note)],
    ['GET /api/log', ({ signal }) => ({ stream: followLog(proxy.logFile(), signal) })],
    ['GET /api/log/earlier', ({ query }) => readEarlierLog(proxy, query)],
    ['POST /api/close', () => closeSession(session, note)],
  ])
}

function readFile(store: ConfigStore): Reply {
  try {
    return answer(store.read())
  } catch (error) {
    if (!(error instanceof ConfigUnreadable)) throw error
    return refuse(422, { code: 'unreadable', message: error.message })
  }
}

function saveFile(store: ConfigStore, body: unknown, note: (text: string) => void): Reply {
  const text = textOf(body)
  const base = field(body, 'base')
  if (text === undefined || !(base === null || typeof base === 'string')) return badRequest
  try {
    const outcome = store.save({ text, base })
    switch (outcome.kind) {
      case 'saved': {
        const { kind: _, ...saved } = outcome
        const copy =
          saved.backup === undefined ? '' : `, the previous file is backup/${saved.backup}`
        note(`saved ${store.file}${copy}`)
        return answer(saved)
      }
      case 'stale': {
        const message = 'The file was changed on disk since you opened it.'
        return refuse(409, { code: 'stale', message, current: outcome.current })
      }
      case 'refused':
        return refuse(422, { code: 'not_saved', message: outcome.message })
    }
  } catch (error) {
    if (!(error instanceof ConfigUnreadable)) throw error
    return refuse(422, { code: 'unreadable', message: error.message })
  }
}

/** Checks as the proxy does when it starts, with the files that the configuration names. */
function check(store: ConfigStore, body: unknown): Reply {
  const text = textOf(body)
  if (text === undefined) return badRequest
  return answer({ problems: readProxyConfig(text, store.file).problems })
}

async function validate(
  { store, proxy }: RouteParts,
  body: unknown,
  signal: AbortSignal,
): Promise<Reply> {
  const text = textOf(body)
  if (text === undefined) return badRequest
  const found = await readState(proxy)
  return {
    stream: runConnectivityTool({
      file: store.file,
      text,
      explicitConnectivityCheck: true,
      signal,
      // otherwise the ports of the running proxy would be reported as in use
      proxyPid: found.state === 'running' ? found.status.pid : undefined,
    }),
  }
}

function listBackups({ backups }: ConfigStore): BackupList {
  return { backups: backups.list(), folder: backups.folder, limit: backups.limit }
}

function readBackup(store: ConfigStore, query: URLSearchParams): Reply {
  const octets = store.backups.read(query.get('name') ?? '')
  if (octets === undefined) {
    return refuse(404, { code: 'no_backup', message: 'There is no such backup any more.' })
  }
  return answer(decodeConfig(octets))
}

const acts: readonly string[] = ['start', 'stop', 'restart', 'reload']

function actOnService(proxy: ProxyServicePort, body: unknown, note: (text: string) => void): Reply {
  const act = field(body, 'act')
  if (typeof act !== 'string' || !isAct(act)) return badRequest
  const events = new EventQueue<ServiceEvent>()
  // it runs to its end even if the browser closes the connection
  const run = async (): Promise<void> => {
    try {
      const done = await proxy.act(act, (text) => events.add({ kind: 'line', text }))
      note(`${act}: ${done.ok ? 'done' : 'failed'}`)
      events.add(done)
    } catch (error) {
      const reason = errorText(error)
      events.add({ kind: 'done', ok: false, lines: [reason] })
    } finally {
      events.close()
    }
  }
  void run()
  return { stream: events.read() }
}

function isAct(text: string): text is ServiceAct {
  return acts.includes(text)
}

async function readEarlierLog(proxy: ProxyServicePort, query: URLSearchParams): Promise<Reply> {
  const before = Number(query.get('before'))
  const file = query.get('file') ?? ''
  if (!Number.isSafeInteger(before) || before < 0) return badRequest
  const earlier = await readEarlier(proxy.logFile(), { file, before })
  return earlier === undefined
    ? refuse(410, {
        code: 'rotated',
        message: 'The log was rotated; these lines are in the next file.',
      })
    : answer(earlier)
}

function closeSession(session: ManagerSession, note: (text: string) => void): Reply {
  session.end('closed')
  note('the page was closed; press Enter for a new link')
  return answer({})
}

const badRequest = refuse(400, { code: 'bad_request', message: 'The request is not understood.' })

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
}

function textOf(body: unknown): string | undefined {
  const text = field(body, 'text')
  return typeof text === 'string' ? text : undefined
}
