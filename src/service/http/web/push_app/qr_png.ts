import { crc32, deflateSync } from 'node:zlib'
import { encode } from 'uqr'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const pixelsPerModule = 6
/** ISO/IEC 18004 requires four white modules around the symbol. */
const border = 4

/** Renders a text as a QR code, as a PNG of one bit per pixel (RFC 2083). */
export function renderQrPng(text: string): Buffer {
  const { data, size } = encode(text, { ecc: 'M', border })
  const side = size * pixelsPerModule
  const rows = data.flatMap((modules) => {
    const row = pixelRow(modules, side)
    return Array.from({ length: pixelsPerModule }, () => row)
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // one bit of grey; compression, filter and interlace methods stay 0
  header.writeUInt8(1, 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A row of pixels after its filter type 0; a set bit is white. */
function pixelRow(modules: readonly boolean[], side: number): Buffer {
  const row = Buffer.alloc(1 + Math.ceil(side / 8))
  for (let x = 0; x < side; x++) {
    if (modules[Math.floor(x / pixelsPerModule)] === true) continue
    const index = 1 + (x >> 3)
    row.writeUInt8(row.readUInt8(index) | (0x80 >> (x & 7)), index)
  }
  return row
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
