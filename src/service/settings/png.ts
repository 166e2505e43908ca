import { crc32 } from 'node:zlib'

/** What the header of a PNG says. */
export interface PngSize {
  readonly width: number
  readonly height: number
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const headerLength = 13
/** Length, type and CRC of a chunk (PNG §5.3). */
const chunkFrame = 12
/** Allowed bit depths by colour type (PNG §11.2.2). */
const bitDepths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

/**
 * Reads the size of a PNG image (PNG specification, 3rd edition, §5 and §11) and checks that the bytes
 * are one whole image: every chunk with its CRC, the header first, and nothing after the end.
 *
 * @returns `undefined` if they are not.
 */
export function readPngSize(bytes: Uint8Array): PngSize | undefined {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!png.subarray(0, signature.length).equals(signature)) return undefined
  let size: PngSize | undefined
  let hasData = false
  for (let at = signature.length; at + chunkFrame <= png.length; ) {
    const length = png.readUInt32BE(at)
    const end = at + chunkFrame + length
    if (end > png.length) return undefined
    const type = png.toString('latin1', at + 4, at + 8)
    if (png.readUInt32BE(end - 4) !== crc32(png.subarray(at + 4, end - 4))) return undefined
    if (at === signature.length) {
      size = type === 'IHDR' ? readHeader(png.subarray(at + 8, end - 4)) : undefined
      if (size === undefined) return undefined
    }
    if (type === 'IDAT') hasData = true
    if (type === 'IEND') return hasData && end === png.length ? size : undefined
    at = end
  }
  return undefined
}

function readHeader(header: Buffer): PngSize | undefined {
  if (header.length !== headerLength) return undefined
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = header.subarray(8)
  const isKnown =
    bitDepths[colour]?.includes(depth) === true &&
    compression === 0 &&
    filter === 0 &&
    interlace <= 1
  return isKnown && width > 0 && height > 0 ? { width, height } : undefined
}
