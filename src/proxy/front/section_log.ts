import type { Log } from '../../host/log.ts'

/** The log of a server section; without debug lines unless the section has `debug`. */
export function sectionLog({ debug }: { readonly debug: boolean }, log: Log): Log {
  if (debug) return log
  return {
    debug: () => {},
    info: (message, fields) => log.info(message, fields),
    warn: (message, fields) => log.warn(message, fields),
    error: (message, fields) => log.error(message, fields),
  }
}
