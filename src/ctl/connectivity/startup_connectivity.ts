import { errorText } from '../../host/error_text.ts'
import type { Log } from '../../host/log.ts'
import type { ProxyConfig } from '../../proxy/sections/proxy_config.ts'
import { type ConnectivityEvent, formatEvent, formatFinding } from './connectivity_event.ts'
import { runConnectivityTool } from './connectivity_tool.ts'
import { writeToolLog } from './tool_log.ts'

/**
 * Runs the tool beside a proxy that has just started: findings and results go to the proxy's log, the
 * whole output to `connectivity_tool.log`. Never rejects, and never stops the proxy.
 */
export async function logConnectivity(
  { file, main }: ProxyConfig,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  try {
    const lines: string[] = []
    const run = runConnectivityTool({
      file,
      explicitConnectivityCheck: true,
      signal,
      proxyPid: process.pid,
    })
    for await (const event of run) {
      lines.push(formatEvent(event))
      logEvent(event, log)
    }
    if (!signal.aborted) writeToolLog(lines, { logDir: main.logDir, configFile: file })
  } catch (error) {
    log.warn('the connectivity tool failed', { error: errorText(error) })
  }
}

function logEvent(event: ConnectivityEvent, log: Log): void {
  switch (event.kind) {
    case 'section':
      return
    case 'finding':
      return log[event.severity](`connectivity tool: ${label(event)}${formatFinding(event)}`)
    case 'result':
      return log[event.severity](`connectivity tool: ${label(event)}${event.message}`)
    case 'summary': {
      const { errors, warnings } = event
      return log.info('connectivity tool: finished', { errors, warnings })
    }
  }
}

function label({ section }: { readonly section: string }): string {
  return section === '' ? '' : `[${section}] `
}
