/** A server-sent event. `EventSource` can't be used, because it can't sign its request. */
export interface StreamEvent {
  readonly event: string
  readonly data: string
}

/** Parses a `text/event-stream`. A comment is returned as an event with an empty name. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let held = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      held += decoder.decode(value, { stream: true })
      const blocks = held.split('\n\n')
      held = blocks.pop() ?? ''
      for (const block of blocks) yield eventIn(block)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function eventIn(block: string): StreamEvent {
  const lines = block.split('\n')
  const of = (field: string) =>
    lines
      .filter((line) => line.startsWith(`${field}: `))
      .map((line) => line.slice(field.length + 2))
      .join('\n')
  return { event: of('event'), data: of('data') }
}
