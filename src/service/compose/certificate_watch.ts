import type { Log } from '../../host/log.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import {
  type ServerCertificate,
  serverCertificate,
  writtenAt,
} from '../http/server/certificate_files.ts'
import type { Listeners } from './listeners.ts'
import { repeatedly } from './repeatedly.ts'

const certificateMs = 60_000

/** Reads the configured certificate, or the service's own one, which is made or renewed if needed. */
export async function currentCertificate(
  folder: string,
  {
    hostNames,
    adminHost,
    certificateFiles,
  }: Pick<ServiceConfig, 'hostNames' | 'adminHost' | 'certificateFiles'>,
  now: number,
): Promise<ServerCertificate> {
  const names = adminHost === undefined ? hostNames : [...hostNames, adminHost]
  return await serverCertificate(folder, names, certificateFiles, now)
}

/**
 * Renews the service's own certificate before it expires, and reads configured files again when they
 * change.
 *
 * @param first The certificate that the listeners present now, as PEM.
 * @param read Reads the certificate again.
 * @returns Stops watching.
 */
export function watchCertificate(
  listeners: Listeners,
  files: ServiceConfig['certificateFiles'],
  first: string,
  read: () => Promise<ServerCertificate>,
  log: Log,
): () => void {
  let presented = first
  let readAt = files === undefined ? 0 : writtenAt(files)
  return repeatedly(certificateMs, log, async () => {
    const written = files === undefined ? 0 : writtenAt(files)
    if (files !== undefined && written === readAt) return
    readAt = written
    const current = await read()
    if (current.certificate === presented) return
    presented = current.certificate
    listeners.showCertificate(current)
    log.info('replaced the certificate of the listeners')
  })
}
