import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * The network before a PostgreSQL server. It can lose the answer to the commit of a request: the server has
 * committed, and the connection breaks before the client hears of it.
 */
export class LostAnswers {
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #marker: string | undefined
  /** How many answers were lost. */
  lost = 0

  private constructor(server: Server, { url, host, port }: Address) {
    this.#server = server
    const through = new URL(url)
    through.host = '127.0.0.1'
    through.port = String((server.address() as AddressInfo).port)
    this.url = through.href
    server.on('connection', (client) => this.#forward(client, { host, port }))
  }

  static async start(url: URL): Promise<LostAnswers> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new LostAnswers(server, { url: url.href, host: url.hostname, port: Number(url.port) })
  }

  /** @param marker In a statement of the request: its fingerprint. */
  loseNext(marker: string): void {
    this.#marker = marker
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #forward(client: Socket, { host, port }: Omit<Address, 'url'>): void {
    const server = connect(port, host)
    let isMarked = false
    let isTransaction = false
    let losesAnswer = false
    client.on('data', (data) => {
      const text = data.toString('latin1')
      if (/\bbegin\b/i.test(text)) isTransaction = true
      isMarked ||= this.#marker !== undefined && text.includes(this.#marker)
      losesAnswer ||= isMarked && (!isTransaction || /\bcommit\b/i.test(text))
      if (/\b(commit|rollback)\b/i.test(text)) isTransaction = false
      server.write(data)
    })
    server.on('data', (data) => {
      if (!losesAnswer) return client.write(data)
      if (client.destroyed) return true
      this.#marker = undefined
      this.lost++
      client.destroy()
      return server.destroy()
    })
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
  }
}

interface Address {
  readonly url: string
  readonly host: string
  readonly port: number
}
