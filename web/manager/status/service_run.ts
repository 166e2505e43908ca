import type { ServiceAct, ServiceEvent } from '../../../src/manager/editor/page_api.ts'
import { errorMessage, stream } from '../api.ts'
import { Store } from '../store.ts'

export interface ServiceRunState {
  readonly act: ServiceAct
  readonly lines: readonly string[]
  /** `undefined` while it runs. */
  readonly ok: boolean | undefined
}

/** The last start, stop, restart or reload of the proxy. */
export class ServiceRun {
  readonly state = new Store<ServiceRunState | undefined>(undefined)

  /** @returns Whether it succeeded. */
  async run(act: ServiceAct): Promise<boolean> {
    let lines: readonly string[] = []
    let ok = false
    this.state.set({ act, lines, ok: undefined })
    try {
      const { signal } = new AbortController()
      for await (const event of stream<ServiceEvent>('service', { body: { act }, signal })) {
        lines = [...lines, ...(event.kind === 'line' ? [event.text] : event.lines)]
        if (event.kind === 'done') ok = event.ok
        else this.state.set({ act, lines, ok: undefined })
      }
    } catch (error) {
      lines = [...lines, errorMessage(error)]
    }
    this.state.set({ act, lines, ok })
    return ok
  }

  dismiss(): void {
    this.state.set(undefined)
  }
}
