import type { Dispatcher } from 'undici'
import type { Cancellation } from '../../host/cancellation.ts'
import type { TimerWheel } from '../../host/timer_wheel.ts'
import { AuthApiUnavailable, type Envelope } from '../index.ts'
import { cancelled } from './call_queue.ts'
import { unavailableBy } from './connection_error.ts'

/** A complete answer with any status. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** The parsed body of an answer that came in a batch. */
  readonly envelope?: Envelope
}

export interface ExchangeOptions {
  /** For the whole exchange. */
  readonly limitMs: number
  /** For the part of it before the request is written. */
  readonly sendWithinMs: number
  readonly throughProxy: boolean
  /** Measures the limits. */
  readonly timers: TimerWheel
  readonly signal: Cancellation | undefined
  /** The request is about to be written: from now on the API may receive it. */
  readonly onSent: () => void
}

/** The API's answers have a few hundred bytes; anything longer is not one of them. */
const maxBodyBytes = 1024 * 1024

/**
 * Sends one request and reads the complete answer.
 *
 * undici's timers are coarse, so the limits are enforced here. A request that still waits for a connection
 * at its deadline is never written.
 *
 * @throws {AuthApiUnavailable} if no complete answer arrived.
 */
export function exchange(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  request: Dispatcher.DispatchOptions,
  options: ExchangeOptions,
): Promise<RawAnswer> {
  const { limitMs, sendWithinMs, signal, throughProxy, timers } = options
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let ended: AuthApiUnavailable | undefined
    let status = 0
    let headers: RawAnswer['headers'] = {}
    let body: Buffer | undefined
    const end = (error: AuthApiUnavailable) => {
      ended = error
      settle()
      controller?.abort(error)
      reject(error)
    }
    const expire = (spanMs: number) => () => {
      const mayHaveBeenReceived = controller !== undefined
      const message = mayHaveBeenReceived
        ? `no answer within ${Math.round(spanMs)} ms`
        : `no connection within ${Math.round(spanMs)} ms`
      end(new AuthApiUnavailable('timeout', message, { mayHaveBeenReceived }))
    }
    if (signal?.aborted) return reject(cancelled({ mayHaveBeenReceived: false }))
    const cancel = () => end(cancelled({ mayHaveBeenReceived: controller !== undefined }))
    let limit = timers.after(sendWithinMs, expire(sendWithinMs))
    signal?.addEventListener('abort', cancel)
    const settle = () => {
      limit.stop()
      signal?.removeEventListener('abort', cancel)
    }
    dispatcher.dispatch(request, {
      onRequestStart(started) {
        if (ended !== undefined) return started.abort(ended)
        controller = started
        if (sendWithinMs < limitMs) {
          limit.stop()
          limit = timers.after(limitMs, expire(limitMs))
        }
        options.onSent()
      },
      onResponseStart(_controller, code, received) {
        status = code
        headers = received
      },
      onResponseData(receiving, chunk) {
        body = body === undefined ? chunk : Buffer.concat([body, chunk])
        if (body.length > maxBodyBytes) receiving.abort(new Error('the answer is too long'))
      },
      onResponseEnd() {
        settle()
        resolve({ status, headers, body: body?.toString('utf8') ?? '' })
      },
      onResponseError(_controller, error) {
        settle()
        reject(unavailableBy(error, { sent: controller !== undefined, throughProxy }))
      },
    })
  })
}
