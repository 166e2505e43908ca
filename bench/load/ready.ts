import { createSocket } from 'node:dgram'
import { type Running, until, type Workplace } from '../workplace.ts'
import { radiusLoad } from './load.ts'

/** Waits until a RADIUS server accepts a login. */
export async function accepting(
  place: Workplace,
  server: Running,
  options: { readonly port: number; readonly secret: string },
): Promise<void> {
  const one = { ...options, flows: 1, outstanding: 1, warmSecs: 0, secs: 0.2, watch: [] }
  await until(async () => (await radiusLoad(place, one)).accepts > 0, server)
}

/** A UDP port that is free now: for programs whose configuration must name one. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}
