import type { LiveEvent, ProxyState } from '../../src/manager/editor/page_api.ts'
import { forgetSession, stream } from './api.ts'
import { Store } from './store.ts'

/** Why the page has stopped working. */
export type PageEnd = Extract<LiveEvent, { kind: 'ended' }>['reason'] | 'lost'

/** What the page follows as long as it is open. */
export class Live {
  readonly proxy = new Store<ProxyState | undefined>(undefined)
  /** Version of the file on disk; `undefined` until it is known. */
  readonly fileVersion = new Store<string | null | undefined>(undefined)
  /**
   * Set once. From then on the page sends no requests: another program may listen at this port, and must not
   * get the configuration.
   */
  readonly end = new Store<PageEnd | undefined>(undefined)
  readonly #stop = new AbortController()

  async follow(): Promise<void> {
    let end: PageEnd = 'lost'
    // a reload breaks the stream, too, and the session goes on
    let isLeaving = false
    window.addEventListener('pagehide', () => {
      isLeaving = true
    })
    try {
      for await (const event of stream<LiveEvent>('live', { signal: this.#stop.signal })) {
        if (event.kind === 'proxy') this.proxy.set(event.proxy)
        else if (event.kind === 'file') this.fileVersion.set(event.version)
        else end = event.reason
      }
    } catch {
      // the command was ended, or the connection to it is lost
    }
    if (isLeaving) return
    forgetSession()
    this.end.set(end)
  }

  /** Stops everything at once, after the user closed the page. */
  close(): void {
    this.end.set('closed')
    this.#stop.abort()
  }
}
