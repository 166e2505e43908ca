import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/host/clock.ts'
import { LoggedProxy } from '../../src/proxy/logged_proxy.ts'
import { ProxyLogs } from '../../src/proxy/proxy_logs.ts'
import { readProxyConfigFile } from '../../src/proxy/sections/read_proxy_config.ts'
import { type AuthApiDouble, testIkey, testSkey } from './auth_api_double.ts'

/** A proxy in this process with a configuration file, and with its logs and metrics. */
export class LoggedProxyAtWork {
  readonly folder: string
  readonly file: string
  readonly proxy: LoggedProxy
  readonly #logs: ProxyLogs

  private constructor(folder: string, file: string, proxy: LoggedProxy, logs: ProxyLogs) {
    this.folder = folder
    this.file = file
    this.proxy = proxy
    this.#logs = logs
  }

  static async start(text: string): Promise<LoggedProxyAtWork> {
    const folder = mkdtempSync(join(tmpdir(), 'logged-proxy-'))
    const file = join(folder, 'authproxy.cfg')
    writeFileSync(file, text)
    const { config, problems } = readProxyConfigFile(file)
    assert(config !== undefined, JSON.stringify(problems))
    const logs = new ProxyLogs(config, systemClock)
    const options = { file, logs, report: () => {}, clock: systemClock }
    return new LoggedProxyAtWork(folder, file, await LoggedProxy.start(config, options), logs)
  }

  write(text: string): void {
    writeFileSync(this.file, text)
  }

  /** Also closes the logs. */
  async stop(): Promise<void> {
    await this.proxy.stop()
    await this.#logs.close()
    rmSync(this.folder, { recursive: true })
  }

  /** Flushes the log, by closing it; the last call before `stop`. */
  async readLog(name = 'log/authproxy.log'): Promise<string> {
    await this.#logs.close()
    return readFileSync(join(this.folder, name), 'utf8')
  }
}

/** A configuration with one section that asks the API double. */
export function cfgFor(
  api: { readonly port: number; readonly caFile: AuthApiDouble['caFile'] },
  { main = '', section = '', secret = 'a-secret-with-24-characters', failmode = 'secure' } = {},
): string {
  return `[main]
send_reports=false
${main}
[duo_only_client]
[radius_server_duo_only]
ikey=${testIkey}
skey=${testSkey}
api_host=localhost
api_port=${api.port}
http_ca_certs_file=${api.caFile}
interface=127.0.0.1
radius_ip_1=127.0.0.1
radius_secret_1=${secret}
failmode=${failmode}
${section}
`
}
