import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Trace, TraceEvent } from '../trace/trace.ts'

const heartbeatMs = 10_000
const maxStreams = 32
const maxEarlier = 1000
/** The stream of a page that reads more slowly ends; the page reconnects and continues. */
const maxBufferedOctets = 4 * 1024 * 1024

/** Streams of server-sent events: earlier events first, then each one as it happens. */
export class EventStreams {
  readonly #trace: Trace
  /** Sequence numbers begin again with each run, so the page must know. */
  readonly #run = randomUUID()
  readonly #open = new Set<() => void>()

  constructor(trace: Trace) {
    this.#trace = trace
  }

  /** Answers a request with a stream. */
  follow(request: FastifyRequest, reply: FastifyReply): void {
    if (this.#open.size >= maxStreams) {
      void reply.code(503).send({
        code: 'too_many_streams',
        message: `${maxStreams} pages follow the directory already; close some of them.`,
      })
      return
    }
    // headers that hooks have set are sent with it
    reply.hijack()
    const { raw } = reply
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value)
    }
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    const [run, seq] = String(request.headers['last-event-id'] ?? '').split('/')
    const seen = run === this.#run ? Number(seq) : 0
    const send = (event: TraceEvent): void => {
      if (raw.writableLength > maxBufferedOctets) return end()
      raw.write(`id: ${this.#run}/${event.seq}\ndata: ${JSON.stringify(event)}\n\n`)
    }
    let stop = (): void => {}
    const heartbeat = setInterval(() => raw.write(': \n\n'), heartbeatMs)
    const end = (): void => {
      stop()
      clearInterval(heartbeat)
      this.#open.delete(end)
      raw.end()
    }
    this.#open.add(end)
    raw.once('close', end)
    raw.write(`event: run\ndata: ${this.#run}\n\n`)
    const earlier = this.#trace.events().filter((event) => event.seq > seen)
    for (const event of earlier.slice(-maxEarlier)) send(event)
    if (this.#open.has(end)) stop = this.#trace.watch(send)
  }

  /** Ends all streams. */
  close(): void {
    for (const end of [...this.#open]) end()
  }
}
