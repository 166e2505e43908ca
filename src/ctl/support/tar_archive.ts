import { gzipSync } from 'node:zlib'

export interface ArchiveFile {
  /** Path inside the archive, ASCII, shorter than 100 octets. */
  readonly name: string
  readonly content: string
}

const blockLength = 512
const maxNameLength = 99

/**
 * Builds a `.tar.gz` in the ustar format (POSIX.1-1988, pax(1) "ustar Interchange Format"): regular
 * files of mode 0600.
 *
 * @param now Time of the files, in milliseconds since 1970.
 */
export function buildTarGz(files: readonly ArchiveFile[], now: number): Buffer {
  const blocks = files.flatMap(({ name, content }) => {
    const octets = Buffer.from(content, 'utf8')
    const padding = Buffer.alloc((blockLength - (octets.length % blockLength)) % blockLength)
    return [buildHeader(name, octets.length, now), octets, padding]
  })
  // two empty blocks end the archive
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * blockLength)]))
}

function buildHeader(name: string, size: number, now: number): Buffer {
  if (name.length > maxNameLength) throw new RangeError(`the name ${name} is too long`)
  const header = Buffer.alloc(blockLength)
  const octal = (value: number, length: number): string =>
    `${value.toString(8).padStart(length - 1, '0')}\0`
  header.write(name, 0)
  header.write(octal(0o600, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(size, 12), 124)
  header.write(octal(Math.floor(now / 1000), 12), 136)
  // the checksum is computed with blanks in its place
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\0' + '00', 257)
  const checksum = header.reduce((sum, octet) => sum + octet, 0)
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
