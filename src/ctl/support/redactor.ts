import { normalForms } from './normal_forms.ts'
import { encodings } from './secret_encodings.ts'
import { TextSearch } from './text_search.ts'

/** Stands for what was removed. */
const removed = '[removed]'
/** The same while it is worked on, since a secret may be part of the word above. */
const mark = '\0'
const removedLine = `${removed.slice(0, -1)} line]`

/** Shorter ones would remove parts of common words: only the values of their keys are masked. */
export const minSecretLength = 4

const keyName =
  /(?:skey|secret|passw(?:or)?d|passcode|passphrase|pwd|(?<![a-z0-9])(?:pw|pass)(?=\W)|token|api[_-]?key|private[_-]?key|credential)[\w-]*/
const separator = /(?:\\*["'])?\s*[=:]\s*/
/** Quoted, quoted inside a quoted text, or words up to the next key. */
const keyValue =
  /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\\+"(?:[^\\\n]|\\+[^"\\\n])*\\*"?|[^\s,;&"'\\]+(?: (?![^\s=:]*[=:])[^\s,;&"']+)*/
/** Keys whose value is a secret wherever they occur: `skey=…`, `\"password\": \"…\"`, `bind_pw: …`. */
const secretKey = new RegExp(`(${keyName.source}${separator.source})(${keyValue.source})`, 'gi')
/** `passcode 123456`, `the password was 's3same'`. */
const secretWord =
  /(\b(?:password|passcode|passphrase|pwd|secret|token)\s+(?:(?:is|was)\s+)?)('[^'\n]+'|"[^"\n]+"|(?=[^\s'"]*\d)[^\s'"]{4,})/gi
const headers = /((?:authorization|proxy-authorization|cookie)\\*["']?\s*[=:]\s*).*/gi
const scheme = /\b(bearer\s+|Basic\s+)[\w+/=.~-]{8,}/g
const bearer = /\b(bearer\s+)[^\s"',;\\]+/gi
/** The RADIUS attribute, and the parameter of OpenID Connect. */
const state = /((?<!\w)State\\*["']?\s*[=:]\s*\\*["']?|[?&]state=)[^\s"',;&\\]+/g
const credentialsOfUrl = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'<>]{1,512}@/gi
const credentialsOfHost =
  /(?<![^\s"'<>=,;])[^\s"'<>=,;:/@]{1,64}:[^\s"'<>/][^\s"'<>]{0,256}@(?=\S)/g
/** Values that a check of the configuration rejects may be secrets in the wrong place. */
const rejected = /(\bis (?:the name )?)'[^\n]*?'(?=[;,\n]| and | or |$)/g
/** A passcode that was typed as a username. */
const digits = /(user(?:_?name)?\\*["']?\s*[=:]?\s*\\*["']?|')\d{6,8}(?![\w.:-])/gi
const buffer = /<(?:Buffer|SlowBuffer|ref)(?: [0-9a-f]{2})+[^>\n]*>/gi
const privateKey =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g
/** The form of an skey. Nothing else that a bundle needs has it. */
const skeyForm = /\b[A-Za-z0-9]{40}\b/g

/**
 * Removes secrets from texts: known ones in every encoding, and what looks like one.
 */
export class Redactor {
  readonly #known: TextSearch

  /** @param secrets Every secret that is known, in plain text. */
  constructor(secrets: Iterable<string>) {
    const known = [...secrets].map((secret) => secret.trim())
    this.#known = new TextSearch(
      known.filter((secret) => secret.length >= minSecretLength).flatMap(encodings),
    )
  }

  redact(text: string): string {
    const withoutForms = text
      .replaceAll(mark, ' ')
      .replace(privateKey, mark)
      .replace(buffer, mark)
      .replace(credentialsOfUrl, `$1${mark}@`)
      .replace(headers, `$1${mark}`)
      .replace(scheme, `$1${mark}`)
      .replace(bearer, `$1${mark}`)
      .replace(state, `$1${mark}`)
      .replace(secretKey, hideValue)
      .replace(secretWord, hideValue)
      .replace(credentialsOfHost, `${mark}@`)
      .replace(rejected, `$1'${mark}'`)
      .replace(digits, `$1${mark}`)
      .replace(skeyForm, mark)
    return this.#known
      .replaceIn(withoutForms, mark)
      .split('\n')
      .map((line) => (this.#isIn(line) ? removedLine : line.replaceAll(mark, removed)))
      .join('\n')
  }

  /** Whether a known secret is still in a text, in any encoding. */
  finds(text: string): boolean {
    return text
      .replaceAll(removed, mark)
      .replaceAll(removedLine, mark)
      .split('\n')
      .some((line) => this.#isIn(line))
  }

  #isIn(line: string): boolean {
    for (const form of normalForms(line)) {
      if (this.#known.isIn(form)) return true
    }
    return false
  }
}

/** Keeps the masks of the connectivity tool, which show the length of an skey. */
function hideValue(_all: string, key: string, value: string): string {
  return /^["']?\*{5}(\[\d+\])?["']?$/.test(value) ? `${key}${value}` : `${key}${mark}`
}
