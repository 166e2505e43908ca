import { ServiceError } from './service_error.ts'

/**
 * Explains why a port can't be opened, and what to do.
 *
 * @param setting The option that sets the port.
 * @returns `error` itself if it does not come from the system.
 */
export function toListenError(error: unknown, port: number, setting: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  switch (code) {
    case 'EADDRINUSE':
      return new ServiceError(
        code,
        `port ${port} is in use; stop the program that listens there, or set another port with ${setting}`,
      )
    case 'EACCES':
      return new ServiceError(
        code,
        `this user may not open port ${port}; set one above 1023 with ${setting}`,
      )
    case 'EADDRNOTAVAIL':
      return new ServiceError(
        code,
        'this machine does not have the address in interface or api_interface; write one of its addresses',
      )
    default:
      return new ServiceError(code, `can't listen on port ${port}: ${error.message}`)
  }
}
