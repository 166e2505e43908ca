import { type ValidationError, XMLParser, XMLValidator } from 'fast-xml-parser'
import { TokenFileError } from './token_file_error.ts'

/** An element with its local name; namespace prefixes are ignored. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its own text, without blanks around it. */
  readonly text: string
}

const maxDepth = 32
const attributePrefix = '@'
const textName = '#text'
const attributesName = ':@'

/**
 * Parses a document. A document type declaration is refused, because it can define entities that read
 * files (XXE) or exhaust memory ("billion laughs").
 *
 * @throws {TokenFileError} `TOKEN_FILE_XML`.
 */
export function readXml(text: string): XmlElement {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw wrongXml('the file has a document type declaration, which no key container needs')
  }
  const valid = validated(text)
  if (valid !== true) throw wrongXml(`line ${valid.err.line} is not well-formed XML`)
  const [root, ...others] = listElements(parsed(text))
  if (root === undefined || others.length > 0) throw wrongXml('the file is no XML document')
  return root
}

/** The first child of that name. */
export function findChild(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name)
}

/** The element at the end of a path of names. */
export function elementAt(
  element: XmlElement | undefined,
  ...path: readonly string[]
): XmlElement | undefined {
  return path.reduce(findChild, element)
}

function validated(text: string): true | ValidationError {
  try {
    return XMLValidator.validate(text)
  } catch {
    throw wrongXml('the file is not well-formed XML')
  }
}

function parsed(text: string): unknown {
  try {
    return new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: attributePrefix,
      textNodeName: textName,
      parseTagValue: false,
      parseAttributeValue: false,
      processEntities: false,
      ignoreDeclaration: true,
      ignorePiTags: true,
      maxNestedTags: maxDepth,
    }).parse(text)
  } catch {
    // the library's message may repeat content of the file
    throw wrongXml(`the file has elements more than ${maxDepth} deep, or forbidden names`)
  }
}

/** Output of the parser: `[{ name: […], ':@': { '@attribute': … } }, { '#text': … }]`. */
function listElements(nodes: unknown): XmlElement[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: unknown) => {
    const entries = listEntries(node)
    const content = entries.find(([name]) => name !== attributesName)
    if (content === undefined || content[0] === textName) return []
    const [name, children] = content
    const attributes = listEntries(entries.find(([key]) => key === attributesName)?.[1])
    return {
      name: localName(name),
      attributes: new Map(
        attributes.map(([key, value]) => [
          localName(key.slice(attributePrefix.length)),
          decoded(String(value)),
        ]),
      ),
      children: listElements(children),
      text: decoded(ownText(children)).trim(),
    }
  })
}

function ownText(children: unknown): string {
  if (!Array.isArray(children)) return ''
  return children
    .flatMap((node: unknown) => listEntries(node))
    .filter(([name]) => name === textName)
    .map(([, text]) => String(text))
    .join('')
}

function listEntries(node: unknown): [string, unknown][] {
  return typeof node === 'object' && node !== null ? Object.entries(node) : []
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1)
}

const predefined: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

/** Decodes the five predefined entities and character references. */
function decoded(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return predefined[String(name)] ?? whole
    const point = decimal === undefined ? parseInt(String(hex), 16) : Number(decimal)
    if (!(point <= 0x10ffff)) throw wrongXml('a character reference is invalid')
    return String.fromCodePoint(point)
  })
}

function wrongXml(message: string): TokenFileError {
  return new TokenFileError('TOKEN_FILE_XML', message)
}
