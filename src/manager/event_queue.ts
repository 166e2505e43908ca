/** Events that one side adds and the other side reads in order. */
export class EventQueue<Event> {
  readonly #events: Event[] = []
  #isClosed = false
  #wake: (() => void) | undefined

  add(event: Event): void {
    this.#events.push(event)
    this.#wake?.()
  }

  close(): void {
    this.#isClosed = true
    this.#wake?.()
  }

  async *read(): AsyncGenerator<Event> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else if (this.#isClosed) return
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}
