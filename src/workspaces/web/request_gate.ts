import type { IncomingHttpHeaders } from 'node:http'
import type { RequestRefusal } from '../../web_page/request_refusal.ts'

/** The names that always mean this machine. */
const loopbackNames = ['localhost', '127.0.0.1', '[::1]'] as const

/**
 * Refuses requests that another site, or another name of this machine, made a browser send.
 *
 * The `Host` must be a loopback name with the port of the directory: after DNS rebinding it is the name of the attacker.
 * Browsers send `Origin` with each request that changes something, and it must be that of the page. Programs such as the
 * AWS CLI send none.
 *
 * @param path Without the query.
 * @param port That the directory listens on.
 */
export function checkRequest(
  { method, path, headers }: { method: string; path: string; headers: IncomingHttpHeaders },
  port: number,
): RequestRefusal | undefined {
  const { host = '', origin } = headers
  const hosts = loopbackNames.map((name) => `${name}:${port}`)
  if (!hosts.includes(host)) {
    const message = `The simulated directory answers as http://localhost:${port} only. If you forward a port by ssh, forward the same port number.`
    return { status: 421, code: 'wrong_host', message }
  }
  const site = headers['sec-fetch-site']
  const isOtherOrigin = origin !== undefined && origin !== `http://${host}`
  // a link of another page may open the sign-in page, and nothing else
  const opensPage = method === 'GET' && (path === '/' || path.startsWith('/assets/'))
  const isForeign = !['same-origin', 'none', undefined].includes(headerText(site)) && !opensPage
  if (isOtherOrigin || isForeign) {
    const message = 'Only the page of the directory, and programs, may send this request.'
    return { status: 403, code: 'cross_site', message }
  }
  return undefined
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}
