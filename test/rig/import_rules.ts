import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** What the files of a room may import; files of one room may always import each other. */
export interface Room {
  /** Other rooms, as paths from the root. */
  readonly rooms?: readonly string[]
  /** `node:` modules. */
  readonly node?: readonly string[]
  readonly packages?: readonly string[]
}

/** A source file, as a path from the root, and the names that it imports. */
interface Module {
  readonly file: string
  readonly imports: readonly string[]
}

const kinds = ['rooms', 'node', 'packages'] as const
type Kind = (typeof kinds)[number]

/**
 * Checks the imports of the files in some folders against a table of rooms. A file belongs to the room
 * with the longest matching path.
 */
export class ImportRules {
  readonly #root: string
  readonly #table: Readonly<Record<string, Room>>
  readonly #modules: readonly Module[]

  /**
   * @param root Paths in the table start here.
   * @param folders Folders below the root whose files are checked.
   */
  constructor(root: string, folders: readonly string[], table: Readonly<Record<string, Room>>) {
    this.#root = root
    this.#table = table
    this.#modules = folders.flatMap((folder) => readModules(root, folder))
  }

  /** Files without a room. */
  strays(): string[] {
    return this.#modules
      .filter(({ file }) => this.#findRoom(file) === undefined)
      .map(({ file }) => file)
  }

  /**
   * Imports that the table does not permit.
   *
   * @param checked The kinds of imports that are checked.
   */
  trespasses(checked: readonly Kind[] = kinds): string[] {
    return this.#modules.flatMap(({ file, imports }) => {
      const from = this.#findRoom(file) ?? ''
      return imports
        .filter((name) => {
          const { kind, permission } = this.#neededFor(file, name)
          if (!checked.includes(kind) || permission === from) return false
          return this.#table[from]?.[kind]?.includes(permission) !== true
        })
        .map((name) => `${file} imports ${name}`)
    })
  }

  /** Permissions of the table that no file uses. */
  unused(): string[] {
    const used = new Set(
      this.#modules.flatMap(({ file, imports }) =>
        imports.map((name) => {
          const { kind, permission } = this.#neededFor(file, name)
          return `${this.#findRoom(file)} ${kind} ${permission}`
        }),
      ),
    )
    return Object.entries(this.#table)
      .flatMap(([room, permissions]) =>
        kinds.flatMap((kind) =>
          (permissions[kind] ?? []).map((permission) => `${room} ${kind} ${permission}`),
        ),
      )
      .filter((entry) => !used.has(entry))
  }

  /** Paths of imports that lead from a file back to itself. */
  cycles(): string[] {
    const graph = new Map(
      this.#modules.map(({ file, imports }) => [
        file,
        imports.filter((name) => name.startsWith('.')).map((name) => this.#target(file, name)),
      ]),
    )
    const found: string[] = []
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
        return
      }
      if (done.has(file)) return
      for (const next of graph.get(file) ?? []) visit(next, [...path, file])
      done.add(file)
    }
    for (const file of graph.keys()) visit(file, [])
    return found
  }

  /** Rooms that have files. */
  occupied(): ReadonlySet<string> {
    return new Set(this.#modules.map(({ file }) => this.#findRoom(file) ?? ''))
  }

  /** The entry of the table that an import needs. */
  #neededFor(file: string, name: string): { kind: Kind; permission: string } {
    if (name.startsWith('node:')) return { kind: 'node', permission: name }
    if (name.startsWith('.')) {
      const target = this.#target(file, name)
      return { kind: 'rooms', permission: this.#findRoom(target) ?? target }
    }
    const depth = name.startsWith('@') ? 2 : 1
    return { kind: 'packages', permission: name.split('/').slice(0, depth).join('/') }
  }

  /** A file can be a room of its own. */
  #findRoom(file: string): string | undefined {
    for (let path = file; path !== '.'; path = dirname(path)) {
      if (path in this.#table) return path
    }
    return undefined
  }

  #target(file: string, name: string): string {
    return relative(this.#root, resolve(this.#root, dirname(file), name))
  }
}

function readModules(root: string, folder: string): Module[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/(^|\/)(dist|node_modules)\//.test(file))
    .map((name) => {
      const file = join(folder, name)
      return { file, imports: readImports(join(root, file)) }
    })
}

function readImports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}
