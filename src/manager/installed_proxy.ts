import { join } from 'node:path'
import { findLogDir } from '../ctl/connectivity/connectivity_tool.ts'
import { ProxyControl } from '../ctl/proxy_control.ts'
import { restart, start, stop } from '../ctl/proxy_service.ts'
import { type Installation, runDirFor } from '../host/installation.ts'
import type { ProxyState, ServiceAct } from './editor/page_api.ts'
import type { ProxyServicePort } from './proxy_service_port.ts'

const acts = { start, stop, restart } as const

/** Controls the proxy of this machine as `authproxyctl` does. */
export function installedProxy(installation: Installation, configFile: string): ProxyServicePort {
  const control = new ProxyControl(runDirFor(configFile, installation))
  return {
    state: () => askState(control),
    act: async (act: ServiceAct, print) => {
      const { ok, lines } =
        act === 'reload'
          ? await control.reload()
          : await acts[act]({ installation, configFile, print, connectivityCheck: false })
      return { kind: 'done', ok, lines }
    },
    logFile: () => join(installation.logDir ?? findLogDir(configFile), 'authproxy.log'),
  }
}

async function askState(control: ProxyControl): Promise<ProxyState> {
  const answer = await control.status()
  if (answer.ok) return { state: 'running', status: answer.status }
  return answer.reason === 'not-running'
    ? { state: 'stopped' }
    : { state: 'unknown', lines: answer.lines }
}
