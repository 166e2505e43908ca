import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:https'
import { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type WebSocket, WebSocketServer } from 'ws'
import { maxBatchBytes, messagesPath, messagesProtocol } from '../../../duo/index.ts'

interface Asked {
  readonly socket: Socket
  readonly head: Buffer
}

/**
 * Requests that ask for a WebSocket. They pass the same hooks and gates as others, and a refusal is an ordinary
 * answer; only a route that calls `accept` turns the connection into a WebSocket.
 */
export class Upgrades {
  readonly #asked = new WeakMap<IncomingMessage, Asked>()
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxBatchBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(messagesProtocol) ? messagesProtocol : false),
  })

  /** Begins to pass such requests to the server's routes. */
  serve(server: FastifyInstance, tls: Server): void {
    tls.on('upgrade', (request, socket, head) => {
      if (!(socket instanceof Socket)) return void socket.destroy()
      this.#asked.set(request, { socket, head })
      const response = new ServerResponse(request)
      response.shouldKeepAlive = false
      try {
        response.assignSocket(socket)
      } catch {
        // a client that sends this before an earlier request is answered: there is no place for two answers
        return void socket.destroy()
      }
      // not only `end`: a client that never closes its side would keep the connection for ever
      response.once('finish', () => socket.destroySoon())
      server.routing(request, response)
    })
  }

  /** @returns `undefined` if the request asks for no WebSocket of the known subprotocol. */
  accept(request: FastifyRequest, reply: FastifyReply): WebSocket | undefined {
    const asked = this.#asked.get(request.raw)
    const offered = request.headers['sec-websocket-protocol'] ?? ''
    if (asked === undefined || !offered.split(/\s*,\s*/).includes(messagesProtocol))
      return undefined
    this.#asked.delete(request.raw)
    reply.hijack()
    let accepted: WebSocket | undefined
    this.#webSockets.handleUpgrade(request.raw, asked.socket, asked.head, (socket) => {
      accepted = socket
    })
    return accepted
  }
}

/** Whether `Upgrades` answers a request; Node serves others as if they asked for no upgrade. */
export function asksForMessages({ method, url, headers }: IncomingMessage): boolean {
  const isPath = method === 'GET' && url === messagesPath
  return isPath && headers.upgrade?.toLowerCase() === 'websocket'
}
