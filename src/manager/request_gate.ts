import type { IncomingMessage } from 'node:http'

/** Why a request is refused before anything is done. */
export interface GateRefusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

/**
 * Refuses requests that another site, or another name of this machine, made a browser send.
 *
 * The `Host` must be the address itself: after DNS rebinding it is the name of the attacker. `Origin` and
 * `Sec-Fetch-Site` of requests that change something must be those of the page of the Manager.
 *
 * @param host Address and port that the Manager listens on: `127.0.0.1:8444`.
 */
export function checkRequest(
  { method = '', url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  host: string,
): GateRefusal | undefined {
  if (headers.host !== host) {
    const message = `This is the Proxy Manager; open it as http://${host}. If you forward a port by ssh, forward the same port number.`
    return { status: 421, code: 'wrong_host', message }
  }
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    return { status: 405, code: 'wrong_method', message: 'The method is not supported.' }
  }
  if (!url.startsWith('/api/')) {
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
