import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** An address that stays while the service behind it comes and goes. */
export class LoadBalancer {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #clients = new Set<Socket>()
  /** How many connections have been made. */
  connections = 0
  #leadsTo: number | undefined
  #waiting: (() => void)[] = []

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
    server.on('connection', (client) => void this.#forward(client))
  }

  static async start(): Promise<LoadBalancer> {
    const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return new LoadBalancer(server, address.port)
  }

  /** @param port Where connections lead from now on; they wait while there is none. */
  leadTo(port: number | undefined): void {
    this.#leadsTo = port
    if (port === undefined) return
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Carries nothing more over the connections that are open now, and closes none. */
  goSilent(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  /** Breaks the connections that are open now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Sends every client octets that the service did not send. */
  garble(): void {
    for (const client of this.#clients) client.write('this is not TLS')
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #forward(client: Socket): Promise<void> {
    this.#keep(client)
    this.#clients.add(client)
    client.once('close', () => this.#clients.delete(client))
    this.connections++
    while (this.#leadsTo === undefined) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
    const service = connect(this.#leadsTo, '127.0.0.1')
    this.#keep(service)
    client.pipe(service).pipe(client)
    client.once('close', () => service.destroy())
    service.once('close', () => client.destroy())
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // the service behind it may be gone, which is what this is for
    socket.on('error', () => socket.destroy())
  }
}
