import type { Dispatcher } from 'undici'
import { AuthApiUnavailable } from '../index.ts'
import { unavailableBy } from './connection_error.ts'

/** A whole answer, of whatever status. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** The API's answers have a few hundred octets; what is longer is none of them. */
const longestBody = 1024 * 1024

/**
 * One request and its whole answer.
 *
 * undici's own timers are coarse, so the limit is ours. A request that still waits for a connection
 * when the time is over is never written.
 *
 * @throws {AuthApiUnavailable} where no whole answer came.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { limitMs, throughProxy }: { readonly limitMs: number; readonly throughProxy: boolean },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let late: AuthApiUnavailable | undefined
    let status = 0
    let headers: RawAnswer['headers'] = {}
    let body: Buffer | undefined
    const timer = setTimeout(() => {
      late = new AuthApiUnavailable('timeout', `no answer within ${limitMs} ms`, {
        mayHaveBeenReceived: controller !== undefined,
      })
      controller?.abort(late)
      reject(late)
    }, limitMs)
    dispatcher.dispatch(options, {
      onRequestStart(started) {
        if (late !== undefined) started.abort(late)
        else controller = started
      },
      onResponseStart(_controller, code, received) {
        status = code
        headers = received
      },
      onResponseData(receiving, chunk) {
        body = body === undefined ? chunk : Buffer.concat([body, chunk])
        if (body.length > longestBody) receiving.abort(new Error('the answer is too long'))
      },
      onResponseEnd() {
        clearTimeout(timer)
        resolve({ status, headers, body: body?.toString('utf8') ?? '' })
      },
      onResponseError(_controller, error) {
        clearTimeout(timer)
        reject(unavailableBy(error, { sent: controller !== undefined, throughProxy }))
      },
    })
  })
}
