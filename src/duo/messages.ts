import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type Envelope, isRecord, readEnvelope } from './envelope.ts'

/**
 * The frames of a message connection: calls of the Auth API, many at a time over one WebSocket. Each WebSocket
 * message is text, and holds a batch: a JSON array of frames. docs/auth-api.md describes the protocol.
 */

/** The capability of `check`. */
export const messageConnections = 'message_connections'
export const messagesPath = '/auth/v2/messages'
/** The WebSocket subprotocol, with its version. */
export const messagesProtocol = 'countersign.messages.1'
/** Close code of the WebSocket for a side that breaks the protocol, or has no right to use it (RFC 6455 §7.4.1). */
export const policyViolation = 1008
/** Bytes of a batch; the receiver closes the connection above this. */
export const maxBatchBytes = 1024 * 1024
/** UTF-16 units of one call; longer calls use the plain API. */
export const maxCallLength = 32_768
const maxParameters = 64
/** The highest values that a service may send; higher ones are a mistake. */
const maxMaxOpen = 1_048_576
const maxRetryAfterSecs = 86_400
const challengePattern = /^[0-9a-f]{64}$/
const proofPattern = /^[0-9a-f]{128}$/
/** Keeps a proof from being the signature of anything else. */
const proofLabel = 'countersign message connection'
/** Bytes of those around a batch. */
const brackets = 2

/** The calls that a message may make, by the last part of their paths. */
export const carriedCalls = ['preauth', 'auth', 'auth_response'] as const
export type CarriedCall = (typeof carriedCalls)[number]

/** What a client sends. */
export type ClientFrame =
  | {
      /** Chosen by the client: greater than all before on this connection. */
      readonly id: number
      readonly call: CarriedCall
      readonly parameters: Readonly<Record<string, string>>
    }
  /** The client no longer waits for the answer to this call. */
  | { readonly cancel: number }

/** The answer to a call: what the plain API would answer. */
export interface AnswerFrame {
  readonly id: number
  /** HTTP status. */
  readonly status: number
  /** Seconds, with status 429. */
  readonly retry_after?: number
  readonly answer: Envelope
}

/** What a service sends. The first frame is `challenge`. */
export type ServiceFrame =
  | AnswerFrame
  /** 32 random octets, in hexadecimal: the client proves by them that it has the key now. */
  | { readonly challenge: string }
  /** The proof is right; how many calls may be open at once. */
  | { readonly max_open: number }
  /** The service stops: it answers what is open, and takes no further calls. */
  | { readonly leaving: true }

/** @returns `undefined` if the text is not a batch of known frames. */
export function parseClientBatch(text: string): ClientFrame[] | undefined {
  return parseBatch(text, parseClientFrame)
}

/** @returns `undefined` if the text is not a batch of known frames. */
export function parseServiceBatch(text: string): ServiceFrame[] | undefined {
  return parseBatch(text, parseServiceFrame)
}

/** Encodes a call. Absent parameters are left out. */
export function encodeCall(
  id: number,
  call: CarriedCall,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  return JSON.stringify({ id, call, parameters })
}

export function encodeCancel(id: number): string {
  return `{"cancel":${id}}`
}

/** The first batch of a client: a frame with its proof. */
export function encodeProof(challenge: string, key: KeyObject): string {
  return JSON.stringify([{ proof: proofOf(challenge, key) }])
}

/** Whether a text is the first batch of a client that has the key. */
export function isProof(text: string, challenge: string, key: KeyObject): boolean {
  const [proof, ...more] = parseBatch(text, ({ proof }) => proof) ?? []
  if (typeof proof !== 'string' || !proofPattern.test(proof) || more.length > 0) return false
  return timingSafeEqual(Buffer.from(proof), Buffer.from(proofOf(challenge, key)))
}

function proofOf(challenge: string, key: KeyObject): string {
  return createHmac('sha512', key).update(`${proofLabel}\n${challenge}`).digest('hex')
}

export function encodeServiceFrame(frame: ServiceFrame): string {
  return JSON.stringify(frame)
}

/** @param frames Encoded frames. */
export function encodeBatch(frames: readonly string[]): string {
  return `[${frames.join(',')}]`
}

/**
 * Encodes frames in their order, in several batches if one would be longer than `maxBatchBytes`.
 *
 * @param frames Encoded frames, each of which fits in a batch.
 */
export function encodeBatches(frames: readonly string[]): string[] {
  const batches: string[] = []
  let batch: string[] = []
  let bytes = brackets
  for (const frame of frames) {
    // a UTF-16 unit has at most three bytes in UTF-8; and the comma
    const more = frame.length * 3 + 1
    if (bytes + more > maxBatchBytes && batch.length > 0) {
      batches.push(encodeBatch(batch))
      batch = []
      bytes = brackets
    }
    batch.push(frame)
    bytes += more
  }
  if (batch.length > 0) batches.push(encodeBatch(batch))
  return batches
}

function parseBatch<Frame>(
  text: string,
  parse: (frame: Record<string, unknown>) => Frame | undefined,
): Frame[] | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(parsed)) return undefined
  const frames: Frame[] = []
  for (const each of parsed) {
    const frame = isRecord(each) ? parse(each) : undefined
    if (frame === undefined) return undefined
    frames.push(frame)
  }
  return frames
}

function parseClientFrame(frame: Record<string, unknown>): ClientFrame | undefined {
  const { id, call, parameters, cancel } = frame
  if (cancel !== undefined) return isId(cancel) ? { cancel } : undefined
  const known = carriedCalls.find((name) => name === call)
  if (!isId(id) || known === undefined || !isRecord(parameters)) return undefined
  return isParameters(parameters) ? { id, call: known, parameters } : undefined
}

function parseServiceFrame(frame: Record<string, unknown>): ServiceFrame | undefined {
  const { id, status, answer, retry_after, max_open, leaving, challenge } = frame
  if (typeof challenge === 'string' && challengePattern.test(challenge)) return { challenge }
  if (max_open !== undefined)
    return isId(max_open) && max_open <= maxMaxOpen ? { max_open } : undefined
  if (leaving === true) return { leaving }
  if (!isId(id) || !isStatus(status)) return undefined
  if (retry_after !== undefined && !isRetryAfter(retry_after)) return undefined
  const envelope = readEnvelope(answer)
  if (envelope === undefined) return undefined
  return {
    ...{ id, status, answer: envelope },
    ...(retry_after === undefined ? {} : { retry_after }),
  }
}

function isParameters(
  parameters: Record<string, unknown>,
): parameters is Readonly<Record<string, string>> {
  let count = 0
  let length = 0
  for (const name in parameters) {
    const value = parameters[name]
    if (typeof value !== 'string') return false
    count++
    length += name.length + value.length
  }
  // calls that wait for their turn are kept in memory
  return count <= maxParameters && length <= maxCallLength
}

function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0
}

function isRetryAfter(secs: unknown): secs is number {
  return typeof secs === 'number' && secs >= 0 && secs <= maxRetryAfterSecs
}

function isStatus(status: unknown): status is number {
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599
}
