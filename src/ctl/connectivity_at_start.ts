import { resolve } from 'node:path'
import { findServiceAccount } from '../host/account.ts'
import { errorText } from '../host/error_text.ts'
import type { Installation } from '../host/installation.ts'

/**
 * Runs the connectivity tool before a start, prints its findings, and writes its log. No finding
 * prevents the start.
 *
 * @param proxyPid The running proxy that is restarted, whose ports are therefore no problem.
 */
export async function showConnectivity(
  {
    configFile,
    installation,
    print,
  }: {
    readonly configFile: string
    readonly installation: Installation
    readonly print: (line: string) => void
  },
  proxyPid?: number,
): Promise<void> {
  // loaded only where it is used: it takes a tenth of a second
  const tool = await import('./connectivity/connectivity_tool.ts')
  const { writeToolLog } = await import('./connectivity/tool_log.ts')
  const file = resolve(configFile)
  const lines: string[] = []
  const show = (line: string): void => {
    lines.push(line)
    print(line)
  }
  show(tool.openingLine)
  try {
    const serviceUser = findServiceAccount(installation.serviceUser)
    const options = { file, explicitConnectivityCheck: true, proxyPid, serviceUser }
    for await (const event of tool.runConnectivityTool(options)) {
      show(tool.formatEvent(event))
    }
  } catch (error) {
    print(`[warn]  the connectivity tool failed: ${errorText(error)}`)
    return
  }
  const logDir = tool.findLogDir(file)
  try {
    writeToolLog(lines, { logDir, configFile: file })
  } catch (error) {
    print(`[warn]  the results can't be logged in ${logDir}: ${errorText(error)}`)
  }
}
