import { constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { ownFileFlags } from '../host/regular_file.ts'
import type { EarlierLines, LogEvent } from './editor/page_api.ts'

const pollMs = 500
/** How much is read at once, in octets. */
const pieceOctets = 256 * 1024
/** If more than this was written between two polls, all but the last piece is skipped. */
const maxBehindOctets = 4 * pieceOctets

/**
 * Follows a log file from its last lines on, also when it is rotated, until the signal is aborted. A
 * file that does not exist yet is awaited.
 */
export async function* followLog(path: string, signal: AbortSignal): AsyncGenerator<LogEvent> {
  let isMissing = false
  while (!signal.aborted) {
    const handle = await openIfPresent(path)
    if (handle === undefined) {
      if (!isMissing) yield { kind: 'missing', path }
      isMissing = true
      await pause(signal)
      continue
    }
    isMissing = false
    try {
      yield* followFile(handle, path, signal)
    } finally {
      await handle.close()
    }
    if (!signal.aborted) yield { kind: 'rotated' }
  }
}

/** Reads the lines before a place. @returns `undefined` if the file is a different one by now. */
export async function readEarlier(
  path: string,
  { file, before }: { readonly file: string; readonly before: number },
): Promise<EarlierLines | undefined> {
  const handle = await openIfPresent(path)
  if (handle === undefined) return undefined
  try {
    const { ino, size } = await handle.stat()
    if (String(ino) !== file || before > size) return undefined
    const from = Math.max(0, before - pieceOctets)
    const text = await readText(handle, from, before - from)
    const skipped = from === 0 ? 0 : text.indexOf('\n') + 1
    const lines = toLines(text.subarray(skipped))
    return { lines, from: from + skipped }
  } finally {
    await handle.close()
  }
}

/** Follows one file until it is rotated: until the path leads to another one, or it was truncated. */
async function* followFile(
  handle: FileHandle,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<LogEvent> {
  const { ino, size } = await handle.stat()
  const file = String(ino)
  let place = Math.max(0, size - pieceOctets)
  let isPartial = place > 0
  let hasSent = false
  while (!signal.aborted) {
    const isRotated = await isReplaced(path, handle, place)
    const end = (await handle.stat()).size
    if (end - place > maxBehindOctets) {
      yield { kind: 'skipped', octets: end - pieceOctets - place }
      place = end - pieceOctets
      isPartial = true
    }
    while (place < end) {
      const octets = await readText(handle, place, Math.min(pieceOctets, end - place))
      const from = isPartial ? octets.indexOf('\n') + 1 : 0
      isPartial = false
      const to = octets.lastIndexOf('\n') + 1
      // a line longer than a piece is cut
      const used = to <= from ? (octets.length === pieceOctets ? octets.length : 0) : to
      if (used === 0) break
      const lines = toLines(octets.subarray(from, used))
      if (lines.length > 0) yield { kind: 'lines', lines, from: place + from, file }
      hasSent = true
      place += used
    }
    if (!hasSent) yield { kind: 'lines', lines: [], from: place, file }
    hasSent = true
    if (isRotated) return
    await pause(signal)
  }
}

async function isReplaced(path: string, handle: FileHandle, place: number): Promise<boolean> {
  const [own, current] = await Promise.all([handle.stat(), lstat(path).catch(() => undefined)])
  return current === undefined || current.ino !== own.ino || own.size < place
}

async function readText(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, from)
  return buffer.subarray(0, bytesRead)
}

function toLines(octets: Buffer): string[] {
  const text = octets.toString('utf8').replace(/\n$/, '')
  return text === '' ? [] : text.split('\n')
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    // the service user owns the folder: root must not show the target of a link there
    const handle = await open(path, constants.O_RDONLY | ownFileFlags)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch {
    // missing, or a link
  }
  return undefined
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(pollMs, undefined, { signal }).catch(() => {})
}
