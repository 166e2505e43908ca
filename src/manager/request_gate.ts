import type { IncomingMessage } from 'node:http'
import type { RequestRefusal } from '../web_page/request_refusal.ts'

/**
 * Parses the target of a request, once for gate and routes.
 *
 * @param target As it was sent: `/api/log?from=3`.
 * @param host Address and port that the Manager listens on.
 * @returns `undefined` if the path is not in its normal form (`//x/api`, `/./api`, `http://x/api`), which no page sends:
 *   two readers might take it for two different paths.
 */
export function parseTarget(target: string, host: string): URL | undefined {
  const address = URL.parse(target, `http://${host}`)
  return address !== null && address.pathname === target.split('?', 1)[0] ? address : undefined
}

/**
 * Refuses requests that another site, or another name of this machine, made a browser send.
 *
 * The `Host` must be the address itself: after DNS rebinding it is the name of the attacker. `Origin` and
 * `Sec-Fetch-Site` of requests that change something must be those of the page of the Manager.
 *
 * @param target From {@link parseTarget}.
 * @param host Address and port that the Manager listens on: `127.0.0.1:8444`.
 */
export function checkRequest(
  { method = '', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  target: URL | undefined,
  host: string,
): RequestRefusal | undefined {
  if (headers.host !== host) {
    const message = `This is the Proxy Manager; open it as http://${host}. If you forward a port by ssh, forward the same port number.`
    return { status: 421, code: 'wrong_host', message }
  }
  if (target === undefined) {
    return { status: 400, code: 'bad_path', message: 'The path is not in its normal form.' }
  }
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    return { status: 405, code: 'wrong_method', message: 'The method is not supported.' }
  }
  if (!target.pathname.startsWith('/api/')) {
    return method === 'POST'
      ? { status: 405, code: 'wrong_method', message: 'The method is not supported.' }
      : undefined
  }
  const site = headers['sec-fetch-site']
  const isForeign = site !== undefined && site !== 'same-origin'
  const isUnstated = method === 'POST' && headers.origin === undefined
  const isOtherOrigin = headers.origin !== undefined && headers.origin !== `http://${host}`
  if (isForeign || isUnstated || isOtherOrigin) {
    return {
      status: 403,
      code: 'cross_site',
      message: 'Only the page of the Manager may send this request.',
    }
  }
  if (method === 'POST' && headers['content-type'] !== 'application/json') {
    return { status: 415, code: 'wrong_type', message: 'The request must be JSON.' }
  }
  return undefined
}

/** The value of a cookie; empty if the request has none. */
export function readCookie(header: string | undefined, name: string): string {
  for (const pair of (header ?? '').split(';')) {
    const [key = '', ...value] = pair.trim().split('=')
    if (key === name) return value.join('=')
  }
  return ''
}
