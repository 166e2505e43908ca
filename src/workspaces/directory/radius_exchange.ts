import { Code, type SharedSecret } from '../../radius/index.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import type { Trace } from '../trace/trace.ts'
import { type EncodedRequest, type RequestContent, RequestDraft } from './access_request.ts'
import type { Controller, TraceContext } from './controller.ts'
import { nodeOf, type RadiusServer } from './radius_server.ts'
import type { Random } from './random.ts'
import { checkReply } from './reply_check.ts'
import type { PlannedAttempt } from './schedule.ts'
import type { DatagramListener, SourcePort } from './source_port.ts'
import type { Timing } from './timing.ts'

/** How the RADIUS part of a login or probe ended. */
export type ExchangeOutcome =
  | { readonly kind: 'accepted'; readonly server: RadiusServer; readonly rttMs: number }
  | {
      readonly kind: 'refused'
      readonly server: RadiusServer
      readonly rttMs: number
      /** `Access-Reject` or `Access-Challenge`. */
      readonly reply: string
      readonly reason: string
    }
  /** No valid reply came. `reason` is the last thing that was seen. */
  | { readonly kind: 'unanswered'; readonly reason: string }

export interface ExchangeHost {
  readonly timing: Timing
  readonly random: Random
  readonly trace: Trace
  /** Aborted when the directory closes: requests in progress are given up. */
  readonly closing: AbortSignal
}

export interface ExchangeOptions {
  readonly controller: Controller
  readonly content: Omit<RequestContent, 'controllerAddress'>
  readonly secret: SharedSecret
  readonly knobs: Knobs
  readonly timeoutMs: number
  readonly deadlineMs: number
  readonly context: TraceContext
}

/** An attempt that can be sent. */
interface Prepared {
  readonly port: SourcePort
  readonly request: EncodedRequest
  /** The controller's address that the port is bound to. */
  readonly localAddress: string
  readonly release: () => void
}

type AttemptEnd = ExchangeOutcome & { readonly kind: 'accepted' | 'refused' }

/**
 * One login's requests: attempt after attempt, until a server answers or the deadline passes. Only the current attempt
 * is waited for; a reply to an earlier packet is late, and dropped.
 */
export class RadiusExchange {
  readonly #host: ExchangeHost
  readonly #options: ExchangeOptions
  /** Ports of this login, by the controller's address that each is bound to. */
  readonly #ports = new Map<string, SourcePort>()
  #draft: RequestDraft | undefined
  #prepared: Prepared | undefined
  #lastSeen = 'no reply'

  constructor(host: ExchangeHost, options: ExchangeOptions) {
    this.#host = host
    this.#options = options
  }

  async run(plan: readonly PlannedAttempt<RadiusServer>[]): Promise<ExchangeOutcome> {
    const { timing, trace } = this.#host
    const { controller, context, deadlineMs, timeoutMs } = this.#options
    const start = timing.now()
    try {
      for (const [index, { server }] of plan.entries()) {
        const waitMs = Math.min(timeoutMs, deadlineMs - (timing.now() - start))
        if (waitMs <= 0 || this.#host.closing.aborted) break
        const end = await this.#attempt(server, waitMs, `attempt ${index + 1} of ${plan.length}`)
        if (end !== undefined) return end
        controller.noteSilence(server, true)
        trace.add({
          ...context,
          from: nodeOf(server),
          to: controller.name,
          name: 'no reply',
          detail: `${this.#lastSeen} within ${Math.round(waitMs)} ms`,
          outcome: 'timeout',
        })
      }
    } finally {
      this.#prepared?.release()
      for (const port of this.#ports.values()) controller.closePort(port)
    }
    return { kind: 'unanswered', reason: this.#lastSeen }
  }

  /** @returns `undefined` if no valid reply came in time. */
  async #attempt(
    server: RadiusServer,
    waitMs: number,
    detail: string,
  ): Promise<AttemptEnd | undefined> {
    const { controller, context } = this.#options
    const { promise, resolve } = Promise.withResolvers<AttemptEnd | undefined>()
    let sentAt = 0
    let isOver = false
    const listener: DatagramListener = (datagram, from) => {
      controller.receive(datagram, from, port, context, (arrived, source) => {
        if (isOver) return
        const end = this.#judge(arrived, source, request, server, sentAt)
        if (end !== undefined) resolve(end)
      })
    }
    const { port, request, release } = await this.#prepare(server, listener)
    const { timing, closing } = this.#host
    sentAt = timing.now()
    const giveUp = (): void => resolve(undefined)
    const cancel = timing.after(waitMs, giveUp)
    closing.addEventListener('abort', giveUp)
    this.#lastSeen = 'no reply'
    const text = `${detail}, Identifier ${request.identifier}, port ${port.local.port}, user '${this.#options.content.userName}'`
    controller.send(request.octets, port, server, { ...context, detail: text }, () => {
      this.#lastSeen = 'ICMP port unreachable'
      resolve(undefined)
    })
    const end = await promise
    isOver = true
    cancel()
    closing.removeEventListener('abort', giveUp)
    if (this.#options.knobs.resend !== 'same-packet') release()
    if (end !== undefined) controller.noteSilence(server, false)
    return end
  }

  /** Chooses port, Identifier and octets of an attempt, as the knobs `srcPort` and `resend` say. */
  async #prepare(server: RadiusServer, listener: DatagramListener): Promise<Prepared> {
    const { controller, knobs } = this.#options
    const again = knobs.resend === 'same-packet' ? this.#prepared : undefined
    if (again !== undefined) {
      const { request } = again
      const isSameAddress = again.localAddress === controller.addressFor(server)
      const keepsPort = knobs.srcPort !== 'per-packet' && isSameAddress
      const port = keepsPort ? again.port : await this.#portFor(server)
      port.claimIdentifier(request.identifier, listener)
      return this.#keep({ port, request, localAddress: controller.addressFor(server) })
    }
    const { port, identifier } =
      knobs.srcPort === 'per-controller'
        ? await controller.claimShared(server, listener)
        : await this.#claimOwn(server, listener)
    const request = this.#encode(identifier, server)
    return this.#keep({ port, request, localAddress: controller.addressFor(server) })
  }

  /** A packet that may be sent again keeps its Identifier until the login ends. */
  #keep(prepared: Omit<Prepared, 'release'>): Prepared {
    const { port, request } = prepared
    this.#prepared = { ...prepared, release: () => port.release(request.identifier) }
    return this.#prepared
  }

  async #claimOwn(
    server: RadiusServer,
    listener: DatagramListener,
  ): Promise<{ readonly port: SourcePort; readonly identifier: number }> {
    const port = await this.#portFor(server)
    const identifier = port.claim(listener)
    if (identifier === undefined) throw new Error('a login has 256 requests in flight')
    return { port, identifier }
  }

  async #portFor(server: RadiusServer): Promise<SourcePort> {
    const { controller, knobs } = this.#options
    const localAddress = controller.addressFor(server)
    const known = this.#ports.get(localAddress)
    if (known !== undefined && knobs.srcPort !== 'per-packet') return known
    if (known !== undefined) controller.closePort(known)
    const opened = await controller.openPort(server)
    this.#ports.set(localAddress, opened)
    return opened
  }

  #encode(identifier: number, server: RadiusServer): EncodedRequest {
    const { content, knobs, secret, controller } = this.#options
    if (this.#draft === undefined || knobs.resend === 'new-packet') {
      const controllerAddress = controller.addressFor(server)
      this.#draft = new RequestDraft(
        { ...content, controllerAddress },
        knobs,
        secret,
        this.#host.random,
      )
    }
    return this.#draft.encode(identifier)
  }

  #judge(
    datagram: Uint8Array,
    from: { readonly address: string; readonly port: number },
    request: EncodedRequest,
    server: RadiusServer,
    sentAt: number,
  ): AttemptEnd | undefined {
    const { controller, context, knobs, secret } = this.#options
    const { trace, timing } = this.#host
    const { messageAuthenticator } = knobs
    const checked = checkReply(datagram, from, request, { server, secret, messageAuthenticator })
    const step = { ...context, from: nodeOf(from), to: controller.name }
    if (checked.kind === 'invalid') {
      this.#lastSeen = `no valid reply: ${checked.reason}`
      trace.add({ ...step, name: 'reply', detail: checked.reason, outcome: 'dropped' })
      return undefined
    }
    const { packet, name } = checked
    const rttMs = timing.now() - sentAt
    const detail = `Identifier ${packet.identifier}, after ${Math.round(rttMs)} ms`
    if (packet.code === Code.AccessChallenge && knobs.onChallenge === 'ignore-until-timeout') {
      trace.add({ ...step, name, detail: 'a challenge is not supported', outcome: 'dropped' })
      return undefined
    }
    const isAccept = packet.code === Code.AccessAccept
    if (isAccept && knobs.verifyMsChap2Success && this.#draft?.isProvenBy(packet) === false) {
      const reason = 'the accept has no correct MS-CHAP2-Success'
      trace.add({ ...step, name, detail: reason, outcome: 'refused' })
      return { kind: 'refused', server, rttMs, reply: name, reason }
    }
    trace.add({ ...step, name, detail, outcome: isAccept ? 'ok' : 'refused' })
    if (isAccept) return { kind: 'accepted', server, rttMs }
    const reason =
      packet.code === Code.AccessChallenge
        ? 'the RADIUS server sent a challenge, which is not supported'
        : 'the RADIUS server rejected the login'
    return { kind: 'refused', server, rttMs, reply: name, reason }
  }
}
