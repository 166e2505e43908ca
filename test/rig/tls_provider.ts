import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../src/service/http/server/certificate_authority.ts'

/** A received request. */
export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An answer; `undefined` for none at all. */
export type ProviderReply =
  | {
      readonly status: number
      readonly body: string
      readonly type?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | undefined

/** A provider's HTTPS server on loopback, with its own CA. */
export class TlsProvider {
  readonly received: Received[] = []
  readonly url: string
  readonly caFile: string
  readonly #server: Server
  readonly #folder: string

  private constructor(server: Server, port: number, folder: string) {
    this.#server = server
    this.#folder = folder
    this.url = `https://127.0.0.1:${port}`
    this.caFile = join(folder, 'ca.pem')
  }

  static async start(
    answer: (request: Received) => ProviderReply | Promise<ProviderReply>,
  ): Promise<TlsProvider> {
    const authority = await makeAuthority(Date.now())
    const { certificate, key } = await makeServerCertificate(authority, ['127.0.0.1'], Date.now())
    const server = createServer({ cert: certificate, key }, (request, response) => {
      void handle(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const folder = mkdtempSync(join(tmpdir(), 'provider-'))
    const provider = new TlsProvider(server, address.port, folder)
    writeFileSync(provider.caFile, authority.certificate)

    async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const { method = '', url = '', headers } = request
      const received = { method, path: url, headers, body }
      provider.received.push(received)
      const reply = await answer(received)
      if (reply === undefined) return
      const type = { 'content-type': reply.type ?? 'application/json' }
      response.writeHead(reply.status, { ...type, ...reply.headers })
      response.end(reply.body)
    }
    return provider
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
