import { join } from 'node:path'
import type { Running, Workplace } from '../workplace.ts'
import type { ServiceProgramOptions } from './service_program.ts'

/** Starts the MFA service as a process of its own, and waits until it listens. */
export async function startService(
  place: Workplace,
  options: ServiceProgramOptions & { readonly name: string; readonly core?: number },
): Promise<{ readonly server: Running; readonly port: number; readonly caFile: string }> {
  const { name, core, ...program } = options
  const file = join(import.meta.dirname, 'service_program.ts')
  const pinned = core === undefined ? {} : { core }
  const server = place.startNode(name, file, [JSON.stringify(program)], pinned)
  const { port, caFile } = (await server.answer()) as { port: number; caFile: string }
  return { server, port, caFile }
}
