import type { ConnectivityEvent } from '../../../src/manager/editor/page_api.ts'
import { errorMessage, stream } from '../api.ts'
import { Store } from '../store.ts'

export interface ValidationState {
  readonly phase: 'none' | 'running' | 'done' | 'cancelled' | 'failed'
  readonly events: readonly ConnectivityEvent[]
  /** Why it failed. */
  readonly problem?: string
  /** The text that was validated. */
  readonly text: string
}

/** A run of the connectivity tool on the text of the editor. */
export class Validation {
  readonly state = new Store<ValidationState>({ phase: 'none', events: [], text: '' })
  #running: AbortController | undefined

  async run(text: string): Promise<void> {
    this.#running?.abort()
    const running = new AbortController()
    this.#running = running
    const events: ConnectivityEvent[] = []
    this.state.set({ phase: 'running', events: [], text })
    try {
      const { signal } = running
      for await (const event of stream<ConnectivityEvent>('validate', { body: { text }, signal })) {
        events.push(event)
        if (this.#running === running)
          this.state.set({ phase: 'running', events: [...events], text })
      }
      if (this.#running !== running) return
      this.state.set({ phase: signal.aborted ? 'cancelled' : 'done', events, text })
    } catch (error) {
      if (this.#running !== running) return
      if (running.signal.aborted) this.state.set({ phase: 'cancelled', events, text })
      else this.state.set({ phase: 'failed', events, problem: errorMessage(error), text })
    }
  }

  cancel(): void {
    this.#running?.abort()
  }
}
