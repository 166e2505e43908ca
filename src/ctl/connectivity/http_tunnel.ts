import { request } from 'node:http'
import type { Socket } from 'node:net'
import { errorText } from '../../host/error_text.ts'
import type { Finding } from './connectivity_event.ts'
import { errorCode, limited, type Probe } from './probe.ts'
import { formatPlace, type TcpResult } from './tcp_check.ts'

interface Place {
  readonly host: string
  readonly port: number
}

/** Asks an HTTP proxy, over a connection to it, for a connection to a server (RFC 9110 §9.3.6). */
export async function openTunnel(
  toProxy: Socket,
  httpProxy: Place,
  to: Place,
  probe: Probe,
): Promise<TcpResult> {
  const via = `the HTTP proxy ${formatPlace(httpProxy)}`
  const path = formatPlace(to)
  const connecting = request({
    method: 'CONNECT',
    path,
    headers: { host: path },
    createConnection: () => toProxy,
  })
  const opened = new Promise<{ status: number; socket: Socket }>((resolve, reject) => {
    connecting.once('connect', ({ statusCode = 0 }, socket: Socket) => {
      resolve({ status: statusCode, socket })
    })
    connecting.once('response', ({ statusCode = 0 }) => {
      resolve({ status: statusCode, socket: toProxy })
    })
    connecting.once('error', reject)
  })
  connecting.end()
  try {
    const { status, socket } = await limited(opened, probe)
    if (status >= 200 && status < 300) return { socket, findings: [] }
    socket.destroy()
    return { findings: [explainStatus(status, via, path)] }
  } catch (error) {
    opened.catch(() => {})
    toProxy.destroy()
    const finding: Finding = {
      severity: 'error',
      message: `${via} does not answer the request for ${path} (${errorCode(error) || errorText(error)})`,
      remedy:
        'check that http_proxy_host and http_proxy_port are those of an HTTP proxy that allows CONNECT',
    }
    return { findings: [finding] }
  }
}

function explainStatus(status: number, via: string, path: string): Finding {
  if (status === 407) {
    return {
      severity: 'error',
      message: `${via} requires a user name and a password (HTTP 407), which the authentication proxy can't send`,
      remedy: `allow this machine to use it without them, at least for ${path}`,
    }
  }
  return {
    severity: 'error',
    message: `${via} does not connect to ${path} (HTTP ${status})`,
    remedy:
      status === 403
        ? `allow ${path} in its rules`
        : 'check its log, and that it can reach that host itself',
  }
}
