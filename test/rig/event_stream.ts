import type { ClientRequest } from 'node:http'
import { request } from 'node:https'
import { isRecord } from '../../src/duo/index.ts'
import { within } from './until.ts'

export type StreamedEvent = readonly [string, Readonly<Record<string, unknown>>]

/** Reads the app's server-sent events one after the other. */
export class EventStream {
  readonly #request: ClientRequest
  readonly #events: StreamedEvent[] = []
  #text = ''
  #arrived = Promise.withResolvers<void>()
  #ended = false

  constructor(
    { port, ca }: { readonly port: number; readonly ca: string },
    headers: Readonly<Record<string, string>>,
  ) {
    const path = '/app/api/stream'
    this.#request = request({ host: '127.0.0.1', port, path, headers, ca, agent: false })
    this.#request.on('response', (response) => {
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => this.#take(chunk))
      response.on('close', () => this.#end())
      response.on('error', () => this.#end())
    })
    this.#request.on('error', () => this.#end())
    this.#request.end()
  }

  /** @returns `undefined` at the stream's end. */
  async next(): Promise<StreamedEvent | undefined> {
    while (this.#events.length === 0 && !this.#ended) {
      await within(this.#arrived.promise, () => 'an event')
    }
    return this.#events.shift()
  }

  close(): void {
    this.#request.destroy()
  }

  #take(chunk: string): void {
    this.#text += chunk
    const blocks = this.#text.split('\n\n')
    this.#text = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1]
      if (event === undefined) continue
      const data: unknown = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}')
      this.#events.push([event, isRecord(data) ? data : {}])
    }
    this.#wake()
  }

  #end(): void {
    this.#ended = true
    this.#wake()
  }

  #wake(): void {
    this.#arrived.resolve()
    this.#arrived = Promise.withResolvers<void>()
  }
}
