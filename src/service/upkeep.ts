import type { Log } from '../host/log.ts'
import type { ServiceConfig } from './config/service_config.ts'
import { type serverCertificate, writtenAt } from './http/certificate_files.ts'
import type { Listeners } from './listeners.ts'

const certificateMs = 60_000

/** Own certificates are renewed before they end, given ones read again when they have changed. */
export function watchCertificate(
  config: ServiceConfig,
  first: string,
  certificate: () => ReturnType<typeof serverCertificate>,
  listeners: Listeners,
  log: Log,
): () => void {
  const given = config.certificateFiles
  let shown = first
  let seen = given === undefined ? 0 : writtenAt(given)
  return repeatedly(certificateMs, log, async () => {
    const written = given === undefined ? 0 : writtenAt(given)
    if (given !== undefined && written === seen) return
    seen = written
    const current = await certificate()
    if (current.certificate === shown) return
    shown = current.certificate
    listeners.showCertificate(current)
    log.info('another certificate is shown from now on')
  })
}

/** One round after the other; one that fails is told, and the next one comes all the same. */
export function repeatedly(everyMs: number, log: Log, work: () => Promise<void>): () => void {
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    work()
      .catch((error: unknown) => log.warn('upkeep failed', { error: String(error) }))
      .finally(() => {
        running = false
      })
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
