import type { Socket } from 'node:dgram'
import type { Log } from '../../host/log.ts'

/** In octets: half a second of 20,000 logins per second, for while the process is busy. */
export const wantedReceiveBuffer = 8 * 1024 * 1024
const lowReceiveBuffer = 1024 * 1024

/**
 * Raises a socket's receive buffer, and warns if it stays small: the kernel silently limits it to
 * `net.core.rmem_max`, and reports twice the usable size.
 *
 * @param octets The requested size.
 */
export function raiseReceiveBuffer(
  socket: Pick<Socket, 'setRecvBufferSize' | 'getRecvBufferSize'>,
  octets: number,
  log: Log,
): void {
  try {
    socket.setRecvBufferSize(octets)
    const got = socket.getRecvBufferSize()
    if (got >= Math.min(octets, lowReceiveBuffer)) return
    log.warn(
      `the receive buffer has only ${got} octets, so a burst of logins may be lost; ` +
        `run: sysctl -w net.core.rmem_max=${octets}`,
    )
  } catch (error) {
    log.warn('the receive buffer could not be raised', { error: String(error) })
  }
}
