import { resolve } from 'node:path'
import { errorText } from '../host/error_text.ts'

/**
 * Runs the connectivity tool before a start, prints what it finds, and writes its log. Nothing that it
 * finds prevents the start.
 *
 * @param proxyPid A proxy that has the ports now, and is to be restarted.
 */
export async function showConnectivity(
  configFile: string,
  print: (line: string) => void,
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
    const options = { file, explicitConnectivityCheck: true, proxyPid }
    for await (const event of tool.runConnectivityTool(options)) {
      show(tool.formatEvent(event))
    }
    writeToolLog(lines, { logDir: tool.findLogDir(file), configFile: file })
  } catch (error) {
    const reason = errorText(error)
    print(`[warn]  the connectivity tool failed: ${reason}`)
  }
}
