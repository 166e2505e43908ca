import type { ProxyStatus } from './proxy_status.ts'

/**
 * The protocol of the control socket: one JSON object in one line, answered by one JSON object in one
 * line; then the proxy closes the connection.
 */
export type ControlCommand = (typeof commands)[number]

const commands = ['status', 'reload', 'stop', 'primary_only'] as const

export function isControlCommand(value: unknown): value is ControlCommand {
  return commands.some((command) => command === value)
}

export interface ControlRequest {
  readonly command: ControlCommand
  /** What the command needs, such as minutes. */
  readonly [argument: string]: unknown
}

export type ControlAnswer =
  | { readonly ok: true; readonly lines: readonly string[]; readonly status?: ProxyStatus }
  | ControlRefusal

export interface ControlRefusal {
  readonly ok: false
  /** `config`: the file has errors, and nothing has changed; `failed`: any other reason. */
  readonly reason: 'config' | 'failed'
  /** What happened and what to do; problems of the file are `authproxy.cfg:14: …`. */
  readonly lines: readonly string[]
}

/** A request or an answer is no longer than this, in octets. */
export const maxLineOctets = 1024 * 1024
