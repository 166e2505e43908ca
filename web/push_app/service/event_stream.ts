/** One of server-sent events; `EventSource` itself can't sign what it asks. */
export interface StreamEvent {
  readonly event: string
  readonly data: string
}

/** Reads a `text/event-stream`; what it says between events, a comment, comes as one without a name. */
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
