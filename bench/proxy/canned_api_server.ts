import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { type CertificateFiles, writeCertificate } from '../certificate.ts'
import { core, type Running, type Workplace } from '../workplace.ts'

/** An API that always allows (canned_api.ts), on the core of the load. */
export interface CannedApi {
  readonly running: Running
  /** The API that is asked twice a login, the one that says once is enough, and the one that takes messages. */
  readonly ports: readonly [twice: number, once: number, messages: number]
  readonly certificate: CertificateFiles
  readonly count: () => Promise<number>
}

export async function startCannedApi(place: Workplace): Promise<CannedApi> {
  const certificate = await writeCertificate(await place.folder('certificate'))
  const running = place.startNode(
    'canned API',
    join(import.meta.dirname, 'canned_api.ts'),
    [certificate.certificate, certificate.key],
    { core: core.load },
  )
  const { ports } = (await running.answer()) as { ports: [number, number, number] }
  const dispatcher = new Agent({ connect: { ca: readFileSync(certificate.certificate) } })
  const count = async (): Promise<number> => {
    const { body } = await request(`https://localhost:${ports[0]}/counts`, { dispatcher })
    const { response } = (await body.json()) as { response: { preauth: number; auth: number } }
    return response.preauth + response.auth
  }
  return { running, ports, certificate, count }
}
