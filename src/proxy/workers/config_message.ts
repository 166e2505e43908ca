import { isRecord } from '../../duo/index.ts'
import { Secret } from '../../host/secret.ts'
import type { ProxyConfig } from '../sections/proxy_config.ts'

/**
 * Encodes a configuration for a worker, with its secrets: only for the channel between the two processes,
 * which nobody else can read.
 */
export function encodeConfig(config: ProxyConfig): string {
  return JSON.stringify(toPlain(config))
}

/** @throws {SyntaxError} for a text that `encodeConfig` did not make. */
export function decodeConfig(text: string): ProxyConfig {
  return fromPlain(JSON.parse(text)) as ProxyConfig
}

function toPlain(value: unknown): unknown {
  if (value instanceof Secret) return { $secret: value.reveal() }
  if (value instanceof Map) return { $map: [...value].map(toPlain) }
  if (Array.isArray(value)) return value.map(toPlain)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]))
}

function fromPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPlain)
  if (!isRecord(value)) return value
  if (typeof value.$secret === 'string') return new Secret(value.$secret)
  if (Array.isArray(value.$map)) return new Map(value.$map)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromPlain(member)]))
}
