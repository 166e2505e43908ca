import type { Clock } from '../host/clock.ts'
import { ProgramLog } from '../host/program_log.ts'
import { RotatingFile } from '../host/rotating_file.ts'
import type { ProxyConfig } from './sections/proxy_config.ts'

/** The logs that a configuration enables. */
export interface ProxyLogs {
  readonly log: ProgramLog
  /** `undefined` without `log_auth_events`. */
  readonly writeEvent: ((line: string) => void) | undefined
  close(): Promise<void>
}

/** @throws An error of the system if `log_dir` can't be written to. */
export function openProxyLogs({ main, servers }: ProxyConfig, clock: Clock): ProxyLogs {
  const rotation = { folder: main.logDir, maxSize: main.logMaxSize, maxFiles: main.logMaxFiles }
  const events = main.logAuthEvents
    ? new RotatingFile({ ...rotation, name: 'authevents.log' })
    : undefined
  const log = new ProgramLog({
    component: 'countersign.proxy',
    debug: main.debug || servers.some(({ debug }) => debug),
    file: main.logFile ? { ...rotation, name: 'authproxy.log' } : undefined,
    stdout: main.logStdout,
    syslog: main.logSyslog ? { facility: main.syslogFacility, tag: 'authproxy' } : undefined,
    clock,
  })
  return {
    log,
    writeEvent: events === undefined ? undefined : (line) => events.write(line),
    close: async () => {
      await Promise.all([log.close(), events?.close()])
    },
  }
}
