import { setTimeout as delay } from 'node:timers/promises'
import { errorText } from '../host/error_text.ts'
import type { ConfigStore } from './config_store.ts'
import type { LiveEvent, ProxyState } from './editor/page_api.ts'
import type { ProxyServicePort } from './proxy_service_port.ts'
import type { ManagerSession } from './session.ts'

const pollMs = 2000

/** What every page shows: the state of the proxy, the file on disk, the end of the session. */
export async function* liveEvents(
  {
    store,
    proxy,
    session,
  }: {
    readonly store: ConfigStore
    readonly proxy: ProxyServicePort
    readonly session: ManagerSession
  },
  ended: AbortSignal,
): AsyncGenerator<LiveEvent> {
  let version: string | null | undefined
  while (!ended.aborted) {
    const current = readVersion(store)
    if (current !== undefined && current !== version) {
      version = current
      yield { kind: 'file', version: current }
    }
    yield { kind: 'proxy', proxy: await readState(proxy) }
    await delay(pollMs, undefined, { signal: ended }).catch(() => {})
    session.endIfIdle()
  }
  yield { kind: 'ended', reason: ended.reason }
}

/** A file that can't be read now is reported when it is loaded. */
function readVersion(store: ConfigStore): string | null | undefined {
  try {
    return store.version()
  } catch {
    return undefined
  }
}

/** The state of the proxy; `unknown` if it can't be asked. */
export async function readState(proxy: ProxyServicePort): Promise<ProxyState> {
  try {
    return await proxy.state()
  } catch (error) {
    return { state: 'unknown', lines: [errorText(error)] }
  }
}
