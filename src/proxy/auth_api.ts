import type { ResolveName } from '../duo/https/api_addresses.ts'
import type { ApiCall, BegunCall } from '../duo/https/api_call.ts'
import { AuthApiClient } from '../duo/https/auth_api_client.ts'
import type { Clock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import type { TimerWheel } from '../host/timer_wheel.ts'
import { version } from '../host/version.ts'
import type { ApiSettings } from './sections/proxy_config.ts'

/**
 * Creates the client of a section's API.
 *
 * @throws An error of the system if `http_ca_certs_file` can't be read.
 */
export function createAuthApi(
  section: ApiSettings,
  {
    log,
    clock,
    timers,
    onAnswered,
    onCallBegun,
    onCall,
    resolve,
  }: {
    readonly log: Log
    readonly clock: Clock
    readonly timers?: TimerWheel
    readonly onAnswered?: (elapsedMs: number) => void
    readonly onCallBegun?: (call: BegunCall) => void
    readonly onCall?: (call: ApiCall) => void
    readonly resolve?: ResolveName | undefined
  },
): AuthApiClient {
  const { httpProxyHost, httpProxyPort } = section
  return new AuthApiClient({
    ikey: section.ikey,
    skey: section.skey,
    host: section.apiHost,
    port: section.apiPort,
    caFile: section.httpCaCertsFile,
    ca: section.httpCaCerts,
    httpProxy:
      httpProxyHost === undefined ? undefined : { host: httpProxyHost, port: httpProxyPort },
    timeoutSecs: section.apiTimeoutSecs,
    maxConnections: section.apiMaxConnections,
    maxWaiting: section.apiMaxWaiting,
    userAgent: `countersign_authproxy/${version} (${process.platform})`,
    log,
    clock,
    timers,
    onCallBegun,
    onCall,
    resolve,
    ...(onAnswered === undefined ? {} : { onAnswered }),
  })
}
