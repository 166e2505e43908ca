import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import { AuthApiFailure, type CarriedCall, failures, messagesPath } from '../../../../duo/index.ts'
import type { Log } from '../../../../host/log.ts'
import type { Gates } from '../../gate/gates.ts'
import { admitAsker } from './asker.ts'
import type { Endpoint } from './endpoint.ts'
import { MessageProof } from './message_proof.ts'
import { MessageSession, type MessageSessionOptions } from './message_session.ts'

/** The message connections of a service (capability `message_connections`). */
export class MessageSessions {
  readonly #endpoints: Readonly<Record<CarriedCall, Endpoint>>
  readonly #log: Log
  readonly #unproven = new Set<MessageProof>()
  readonly #open = new Set<MessageSession>()
  #isLeaving = false

  /** @param endpoints All endpoints of the API; messages use some of them. */
  constructor(endpoints: readonly Endpoint[], log: Log) {
    const named = (call: CarriedCall): Endpoint => {
      const endpoint = endpoints.find(({ path }) => path === `/auth/v2/${call}`)
      if (endpoint === undefined) throw new Error(`there is no endpoint ${call}`)
      return endpoint
    }
    this.#endpoints = {
      preauth: named('preauth'),
      auth: named('auth'),
      auth_response: named('auth_response'),
    }
    this.#log = log
  }

  /** Connections that are open. */
  get count(): number {
    return this.#open.size
  }

  /** Calls that came as messages, and have no answer yet. */
  get openCalls(): number {
    let sum = 0
    for (const session of this.#open) sum += session.size
    return sum
  }

  /** Adds the route that opens a connection. */
  serve(server: FastifyInstance, gates: Gates): void {
    server.get(messagesPath, async (request, reply) => {
      const { integration } = await admitAsker(request, { ...gates, allowSignatureV1: false })
      if (this.#isLeaving) throw new AuthApiFailure(failures.unavailable)
      const from = gates.clientAddress(request)
      const socket = gates.upgrade(request, reply)
      if (socket === undefined) {
        if (reply.sent) return reply
        throw new AuthApiFailure(failures.invalidParameters, 'upgrade')
      }
      const options = { gates, endpoints: this.#endpoints, application: integration, from }
      this.#challenge(socket, { ...options, log: this.#log })
      return reply
    })
  }

  #challenge(socket: WebSocket, options: MessageSessionOptions): void {
    const proof = new MessageProof(socket, {
      skey: options.application.skey,
      proven: () => {
        this.#unproven.delete(proof)
        const session = new MessageSession(socket, options, () => this.#open.delete(session))
        this.#open.add(session)
      },
      ended: () => this.#unproven.delete(proof),
    })
    this.#unproven.add(proof)
  }

  /** Ends all connections once their calls are answered, within a time. */
  async close(withinMs: number): Promise<void> {
    this.#isLeaving = true
    for (const proof of this.#unproven) proof.cutOff()
    for (const session of this.#open) session.leave()
    const end = performance.now() + withinMs
    while (this.#open.size > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
    for (const session of this.#open) session.cutOff()
  }
}

const pollMs = 20
