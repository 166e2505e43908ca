import { execFile } from 'node:child_process'

export interface RadclientOutcome {
  readonly exitCode: number
  readonly output: string
}

/** Sends requests with radclient of FreeRADIUS, each a list of its lines, and waits for the replies. */
export function radclient(
  port: number,
  secret: string,
  request: readonly string[],
  { command = 'auth', timeoutSecs = 5 } = {},
): Promise<RadclientOutcome> {
  const args = ['-x', '-r', '1', '-t', String(timeoutSecs), `127.0.0.1:${port}`, command, secret]
  return new Promise((resolve) => {
    const child = execFile('radclient', args, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ exitCode, output: stdout + stderr })
    })
    child.stdin?.end(`${request.join('\n')}\n`)
  })
}
