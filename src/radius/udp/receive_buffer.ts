import type { Socket } from 'node:dgram'
import type { Log } from '../../host/log.ts'

/** Half a second of 20 000 logins: what must fit while the process is busy with something else. */
export const wantedReceiveBuffer = 8 * 1024 * 1024
const lowReceiveBuffer = 1024 * 1024

/**
 * Raises a socket's receive buffer and reads back what it got, since the kernel silently gives less
 * than was asked for where `net.core.rmem_max` is lower. The kernel's own figure is twice the size.
 *
 * @param octets What is asked for.
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
      `the receive buffer has ${got} octets, so that a burst of logins may be lost; ` +
        `run: sysctl -w net.core.rmem_max=${octets}`,
    )
  } catch (error) {
    log.warn('the receive buffer could not be raised', { error: String(error) })
  }
}
