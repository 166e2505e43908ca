import { type IncomingMessage, request } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { isRecord, parseEnvelope } from '../../duo/index.ts'
import { errorText } from '../../host/error_text.ts'
import type { Finding } from './connectivity_event.ts'
import { errorCode, limited, type Probe } from './probe.ts'

export interface PingResult {
  readonly findings: readonly Finding[]
  /** The clock of the API, in milliseconds since 1970; absent if it did not say. */
  readonly serverTime?: number
}

const maxBodyBytes = 64 * 1024

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/**
 * Calls `ping` over an open connection. The request has no key and no signature, so that it can be sent
 * before the server is trusted, to find out what answers in place of the API.
 */
export async function checkPing(
  socket: TLSSocket,
  { host, port }: { readonly host: string; readonly port: number },
  probe: Probe,
): Promise<PingResult> {
  const place = `${host}:${port}`
  try {
    const answer = await limited(ask(socket, host), probe)
    const envelope = parseEnvelope(answer.body)
    if (envelope === undefined) return { findings: [explainForeign(answer, place)] }
    if (envelope.stat === 'FAIL' || !isRecord(envelope.response)) return { findings: [] }
    const { time } = envelope.response
    return typeof time === 'number' ? { findings: [], serverTime: time * 1000 } : { findings: [] }
  } catch (error) {
    const finding: Finding = {
      severity: 'error',
      message: `${place} accepts the connection, but does not answer (${errorCode(error) || errorText(error)})`,
      remedy: 'check api_port, and the log of the service',
    }
    return { findings: [finding] }
  } finally {
    socket.destroy()
  }
}

async function ask(socket: TLSSocket, host: string): Promise<Answer> {
  const asked = request({
    path: '/auth/v2/ping',
    headers: { host },
    createConnection: () => socket,
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve)
    asked.on('error', reject)
  })
  asked.end()
  const response = await answered
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) {
    body += String(chunk)
    if (body.length > maxBodyBytes) break
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}

/** Explains an answer that does not come from the Auth API. */
function explainForeign({ status, headers, body }: Answer, place: string): Finding {
  const { location } = headers
  if (status >= 500) {
    return {
      severity: 'error',
      message: `${place} reports a failure (HTTP ${status})`,
      remedy: 'check the logs of the service and of any gateway before it',
    }
  }
  if (status >= 300 && status < 400 && location !== undefined) {
    return {
      severity: 'error',
      message: `${place} does not answer as the Auth API: it redirects to ${withoutQuery(location, place)}`,
      remedy: `a captive portal or a web filter is in between; let this machine reach ${place} without signing in`,
    }
  }
  const type = headers['content-type'] ?? 'no content type'
  const title = /<title[^>]*>([^<]{1,80})/i.exec(body)?.[1]?.trim()
  const what = /html/i.test(type)
    ? `a web page${title === undefined ? '' : ` ('${title}')`}`
    : `HTTP ${status}, ${type}`
  return {
    severity: 'error',
    message: `${place} does not answer as the Auth API, but with ${what}`,
    remedy:
      'check api_host and api_port; a captive portal or a web filter may answer in place of the API',
  }
}

/** A query may contain tokens. */
function withoutQuery(location: string, place: string): string {
  try {
    const { origin, pathname } = new URL(location, `https://${place}`)
    return `${origin}${pathname}`
  } catch {
    return 'an invalid address'
  }
}
