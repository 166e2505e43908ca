import { join } from 'node:path'
import type { ServiceConfig } from '../config/service_config.ts'

/** Where applications reach the signed API. */
export interface ApiPlace {
  readonly host: string
  readonly port: number
  /**
   * The certificate of our own authority; `undefined` if the certificate is configured, or that of a
   * reverse proxy.
   */
  readonly authorityFile: string | undefined
}

/**
 * Finds the address of the signed API: its own listener, or that of the whole service.
 *
 * @param folder The data folder.
 * @param url The address of the service, `https://HOST[:PORT]`.
 */
export function apiPlace(
  {
    apiPort,
    certificateFiles,
    hostNames,
    publicUrl,
  }: Pick<ServiceConfig, 'apiPort' | 'certificateFiles' | 'hostNames' | 'publicUrl'>,
  folder: string,
  url: string,
): ApiPlace {
  const authorityFile = certificateFiles === undefined ? join(folder, 'ca.pem') : undefined
  if (apiPort !== undefined) {
    const [host = 'localhost'] = hostNames
    return { host, port: apiPort, authorityFile }
  }
  const { hostname, port } = new URL(url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 443 : Number(port),
    authorityFile: publicUrl === undefined ? authorityFile : undefined,
  }
}
