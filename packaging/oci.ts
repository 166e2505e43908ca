import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runtimePath, userId } from './image_base.ts'
import { type Blob, type Layer, sha256, writeLayer } from './layer.ts'
import type { Product } from './product.ts'

const mediaType = 'application/vnd.oci.image'

/**
 * Writes an OCI image layout: `oci-layout`, `index.json` and `blobs`. There is no shell in the image; Node
 * itself is the entry point.
 *
 * @param folder The layout; must not exist.
 * @param base The layer with Node and its libraries.
 * @param staged A product.
 */
export function writeImage(
  product: Product,
  base: Layer,
  staged: string,
  folder: string,
  { version, seconds }: { version: string; seconds: number },
): void {
  const blobs = join(folder, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const layers = [base, addProgram(product, staged, folder, seconds)]
  for (const layer of layers) copyFileSync(layer.file, join(blobs, layer.digest))
  rmSync(join(folder, 'program'))
  const created = new Date(seconds * 1000).toISOString()
  const config = addJson(blobs, {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: buildSettings(product, version),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => `sha256:${diffId}`) },
    history: layers.map(() => ({ created, created_by: 'npm run package' })),
  })
  const manifest = addJson(blobs, {
    schemaVersion: 2,
    mediaType: `${mediaType}.manifest.v1+json`,
    config: describeBlob(`${mediaType}.config.v1+json`, config),
    layers: layers.map((layer) => describeBlob(`${mediaType}.layer.v1.tar+gzip`, layer)),
  })
  const index = {
    schemaVersion: 2,
    mediaType: `${mediaType}.index.v1+json`,
    manifests: [
      {
        ...describeBlob(`${mediaType}.manifest.v1+json`, manifest),
        platform: { architecture: 'amd64', os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': version },
      },
    ],
  }
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index))
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
}

/** The layer of the product: its program, and the folders that it writes to. */
function addProgram(
  { name, image }: Product,
  staged: string,
  folder: string,
  seconds: number,
): Layer {
  const rootFs = join(folder, 'rootfs')
  const isRuntime = (path: string) => path === join(staged, 'runtime')
  cpSync(staged, join(rootFs, 'opt', name), {
    recursive: true,
    filter: (source) => !isRuntime(source),
  })
  const installation = `${JSON.stringify(image.installation, undefined, 2)}\n`
  writeFileSync(join(rootFs, 'opt', name, 'installation.json'), installation)
  for (const path of [image.configFolder, ...image.dataFolders]) {
    mkdirSync(join(rootFs, path), { recursive: true })
  }
  const parts = [
    { entries: ['opt', `.${image.configFolder}`] },
    { entries: image.dataFolders.map((path) => `.${path}`), owner: userId, mode: '0750' },
  ]
  const layer = writeLayer(rootFs, parts, join(folder, 'program'), seconds)
  rmSync(rootFs, { recursive: true })
  return layer
}

function buildSettings({ name, program, image }: Product, version: string): object {
  const asKeys = (names: readonly string[]) => Object.fromEntries(names.map((key) => [key, {}]))
  return {
    User: `${userId}:${userId}`,
    Entrypoint: [
      runtimePath,
      '--max-semi-space-size=8',
      '--heap-growing-percent=30',
      `/opt/${name}/lib/cmd/${program}.js`,
    ],
    Cmd: image.arguments,
    ExposedPorts: asKeys(image.ports),
    Volumes: asKeys(image.dataFolders),
    WorkingDir: '/',
    StopSignal: 'SIGTERM',
    Labels: {
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'Apache-2.0',
    },
  }
}

function describeBlob(type: string, { digest, size }: Blob): object {
  return { mediaType: type, digest: `sha256:${digest}`, size }
}

function addJson(blobs: string, value: object): Blob {
  const bytes = Buffer.from(JSON.stringify(value))
  const digest = sha256(bytes)
  writeFileSync(join(blobs, digest), bytes)
  return { digest, size: bytes.length }
}
