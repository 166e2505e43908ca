import type { Log } from '../../host/log.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import { type serverCertificate, writtenAt } from '../http/server/certificate_files.ts'
import type { Listeners } from './listeners.ts'

const certificateMs = 60_000

/** Renews own certificates before they expire, and reads given ones again when they change. */
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
    log.info('replaced the certificate of the listeners')
  })
}

/** Runs `work` again and again, one round at a time. A failed round is logged, and does not stop it. */
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
